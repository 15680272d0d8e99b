using Slipway.LocalCloud;
using Slipway.LocalCloud.Machines.Nspawn;

if (args is ["leftovers"])
{
    return ListLeftovers();
}

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

// Everything of any LocalCloud, running or dead, that the kernel still has: for scripts that end by making sure.
static int ListLeftovers()
{
    var left = NspawnDriver.FindLeftovers(new NspawnOptions());
    foreach (var thing in left)
    {
        Console.WriteLine(thing);
    }

    return left.Count == 0 ? 0 : 1;
}
