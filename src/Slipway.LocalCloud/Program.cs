using Slipway.LocalCloud;

var configuration = new ConfigurationBuilder().AddCommandLine(args).Build();
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
