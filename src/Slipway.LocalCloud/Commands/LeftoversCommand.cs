using Slipway.LocalCloud.Machines.Nspawn;

namespace Slipway.LocalCloud.Commands;

/// <summary>What dead LocalClouds left on this computer: for scripts that end by making sure. What belongs to one that runs is none.</summary>
internal static class LeftoversCommand
{
    public static int Run(TextWriter output)
    {
        var left = NspawnDriver.FindLeftovers(new NspawnOptions());
        foreach (var thing in left)
        {
            output.WriteLine(thing);
        }

        return left.Count == 0 ? 0 : 1;
    }
}
