namespace Slipway.LocalCloud.Tests.Nspawn;

/// <summary>Real machines share this computer's kernel; their tests take turns.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class NspawnCollection
{
    public const string Name = "nspawn";
}
