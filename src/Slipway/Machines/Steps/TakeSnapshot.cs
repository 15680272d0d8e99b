using System.Globalization;
using Slipway.Hetzner;
using Slipway.Machines.Snapshots;
using Slipway.Operations;

namespace Slipway.Machines.Steps;

/// <summary>Writes down what will be made, before it is.</summary>
public sealed class RegisterSnapshot(SnapshotStore snapshots) : Step<MachineState>
{
    public override Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken) => Task.FromResult(
        Done(state) with { Also = transaction => snapshots.RegisterAsync(transaction, context.OperationId, context.Subject, state.Snapshot!) });
}

/// <summary>Has Hetzner copy the disk, or adopts the copy that an earlier, lost attempt began.</summary>
public sealed class TakeSnapshot(MachineStore machines, SnapshotImages images, HetznerClient hetzner) : Step<MachineState>
{
    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        var id = (await machines.GetAsync(context.Subject, cancellationToken)).ServerId!.Value;
        if (!context.IsFirstAttempt)
        {
            if (await images.OfOperationAsync(context.OperationId, cancellationToken) is [var made, ..])
            {
                return Made(state, context, made, [], "adopted: an earlier attempt had begun it");
            }

            // One that was begun a moment ago holds the server, and may not be listed yet.
            switch (await hetzner.Servers.FindAsync(id, cancellationToken))
            {
                case null:
                    return Fail($"Server {id} vanished at Hetzner before its disk was copied.");
                case { Locked: true }:
                    return Wait(context.Now.AddSeconds(5), $"Hetzner works on server {id}.");
            }
        }

        try
        {
            var labels = await images.LabelsAsync(context.Subject, context.OperationId, cancellationToken);
            var result = await hetzner.Servers.CreateImageAsync(id, state.Snapshot!.Description, labels: labels, cancellationToken: cancellationToken);
            return Made(state, context, result.Image, [result.Action.Id], null);
        }
        catch (HetznerException e) when (e.Code == HetznerErrorCodes.ResourceLimitExceeded)
        {
            return Fail($"The project at Hetzner may have no more snapshots: {e.Message} Delete some, or have Hetzner raise the limit.");
        }
    }

    private static StepOutcome Made(MachineState state, StepContext context, Image image, IReadOnlyList<long> actions, string? message) =>
        Done(state with { Actions = actions }, string.Create(CultureInfo.InvariantCulture, $"snapshot {image.Id}{(message is null ? "" : ", " + message)}")) with
        {
            Also = transaction => SnapshotStore.SetImageAsync(transaction, context.OperationId, image.Id),
        };
}

/// <summary>Waits until the copy is whole.</summary>
public sealed class AwaitSnapshot(SnapshotStore snapshots, SnapshotImages images, HetznerClient hetzner, ActionWaits actions) : Step<MachineState>
{
    /// <summary>A large disk takes long.</summary>
    public override TimeSpan Patience => TimeSpan.FromMinutes(100);

    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        if (state.Actions.Count > 0 && !await actions.AreFinishedAsync(state.Actions, context.OperationId))
        {
            return Wait(context.Now.AddSeconds(30), "Hetzner copies the disk.");
        }

        var id = (await snapshots.FindAsync(context.OperationId, cancellationToken))!.ImageId!.Value;
        Image image;
        try
        {
            image = await hetzner.Images.GetAsync(id, cancellationToken);
        }
        catch (HetznerException e) when (e.Code == HetznerErrorCodes.NotFound)
        {
            return Fail($"Snapshot {id} vanished at Hetzner while it was being made.");
        }

        switch (image.Status)
        {
            case "creating":
                return Wait(context.Now.AddSeconds(5), $"Hetzner copies the disk to snapshot {id}.");
            case not "available":
                return Fail($"Snapshot {id} is {image.Status} at Hetzner.");
        }

        foreach (var twin in (await images.OfOperationAsync(context.OperationId, cancellationToken)).Where(i => i.Id != id))
        {
            if (!await images.IsGoneAsync(twin.Id, cancellationToken))
            {
                return Wait(context.Now.AddSeconds(2), $"The request arrived twice: snapshot {twin.Id} is deleted again.");
            }
        }

        return Done(state with { Actions = [] }, string.Create(CultureInfo.InvariantCulture, $"{image.ImageSize:0.###} GB")) with
        {
            Also = transaction => SnapshotStore.SetAvailableAsync(transaction, context.OperationId, image.ImageSize is { } size ? (long)Math.Ceiling(size * 1000) : null),
        };
    }
}

/// <summary>Takes back a snapshot that did not come to be, and does not believe it before Hetzner shows it no more.</summary>
public sealed class DiscardSnapshot(SnapshotImages images) : Step<MachineState>
{
    private static readonly TimeSpan LateArrival = TimeSpan.FromSeconds(5);

    public override async Task<StepOutcome> RunAsync(MachineState state, StepContext context, CancellationToken cancellationToken)
    {
        var left = await images.OfOperationAsync(context.OperationId, cancellationToken);
        if (left.Count == 0)
        {
            return context.IsFirstAttempt
                ? Wait(context.Now + LateArrival, "No snapshot is there; looking once more, in case one arrives late.")
                : Done(state) with { Also = transaction => SnapshotStore.ForgetAsync(transaction, context.OperationId) };
        }

        foreach (var image in left)
        {
            await images.IsGoneAsync(image.Id, cancellationToken);
        }

        return Wait(context.Now.AddSeconds(5), $"Snapshot {left[0].Id} is deleted; making sure.");
    }
}
