using Slipway.LocalCloud.Machines.Nspawn;

namespace Slipway.LocalCloud.Commands;

/// <summary>Everything of any LocalCloud, running or dead, that the kernel still has: for scripts that end by making sure.</summary>
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
