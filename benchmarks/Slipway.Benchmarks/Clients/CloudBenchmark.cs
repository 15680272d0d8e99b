using System.Globalization;

namespace Slipway.Benchmarks.Clients;

/// <summary>LocalCloud's own speed and size, with the simulated driver and thousands of servers in it.</summary>
public sealed class CloudBenchmark(FileInfo program, DirectoryInfo work, TextWriter output)
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(20);

    public async Task RunAsync(int servers, CancellationToken cancellationToken)
    {
        await using var cloud = await CloudProcess.StartAsync(program, work, Fleet.Unhurried, cancellationToken);
        var empty = cloud.Megabytes("VmRSS");
        var members = await Fleet.MakeAsync(cloud, servers, cancellationToken);
        var held = cloud.Megabytes("VmRSS");
        var load = new LoadGenerator(cloud.Url, members);
        await load.RunAsync(WarmUp, cancellationToken);
        var (cloudBefore, ownBefore) = (cloud.Cpu, Environment.CpuUsage.TotalTime);
        var (requests, elapsed) = await load.RunAsync(Time, cancellationToken);
        var (cloudCpu, ownCpu) = (cloud.Cpu - cloudBefore, Environment.CpuUsage.TotalTime - ownBefore);

        Line($"### LocalCloud itself: {servers:N0} servers held, simulated driver");
        Line("");
        Line($"{LoadGenerator.Mix}; 32 connections for {Time.TotalSeconds:0} s after {WarmUp.TotalSeconds:0} s of warming up, from a generator on the same {Environment.ProcessorCount} cores.");
        Line("");
        Line("| | |");
        Line("|---|---|");
        Line($"| requests per second | {requests / elapsed.TotalSeconds:N0} |");
        Line($"| cores used by LocalCloud | {cloudCpu / elapsed:0.00} |");
        Line($"| cores used by the generator | {ownCpu / elapsed:0.00} |");
        Line($"| MB resident, empty | {empty:0} |");
        Line($"| MB resident, {servers:N0} servers created | {held:0} |");
        Line($"| MB resident after the load | {cloud.Megabytes("VmRSS"):0} |");
        Line($"| MB at most | {cloud.Megabytes("VmHWM"):0} |");
        Line("");
    }

    private void Line(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    private void Line(string text) => output.WriteLine(text);
}
