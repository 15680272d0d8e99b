using Microsoft.Extensions.Logging.Console;

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
        // Whoever reads the log may stand still: then lines are lost (the console says how many), and not the server.
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite);
        logging.AddSimpleConsole(console => console.SingleLine = true);
    }
}
