namespace Slipway.Server;

internal static class QuietFrameworks
{
    /// <summary>
    /// Lets the frameworks speak up only when something is wrong, and never lets them print request paths: a machine's boot token is one.
    /// </summary>
    public static void AddQuietFrameworks(this ILoggingBuilder logging)
    {
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Information);
        logging.AddFilter("Quartz", LogLevel.Warning);
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        logging.AddFilter("Microsoft.AspNetCore.Routing", LogLevel.None);
        logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error);
        logging.AddSimpleConsole(console => console.SingleLine = true);
    }
}
