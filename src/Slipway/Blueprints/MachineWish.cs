namespace Slipway.Blueprints;

/// <summary>What is asked of a machine that exists already, beyond the plan's name: nothing yet.</summary>
public sealed record MachineWish;
