namespace Slipway.LocalCloud.Commands;

/// <summary>Runs a cloud until it is told to end.</summary>
internal static class RunCommand
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var configuration = new ConfigurationBuilder().AddCommandLine(arguments).Build();
        try
        {
            await using var cloud = await LocalCloudHost.StartAsync(LocalCloudOptions.Read(configuration));
            Console.WriteLine($"LocalCloud is at {cloud.BaseUrl}; what to connect with: GET {cloud.BaseUrl}_local/info");
            await cloud.WaitForShutdownAsync();
            return 0;
        }
        catch (LocalCloudOptionsException mistake)
        {
            await Console.Error.WriteLineAsync(mistake.Message);
            return 2;
        }
    }
}
