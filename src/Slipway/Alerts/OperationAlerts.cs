using System.Globalization;
using Slipway.Operations;
using Slipway.Storage;

namespace Slipway.Alerts;

/// <summary>Which of an operation's troubles only a person can mend: what cannot be removed, and a credential nobody accepts.</summary>
internal sealed class OperationAlerts(AlertStore alerts, AlertsOptions options) : IOperationProjection, IOperationTroubles
{
    public static string StuckCause(string operationId) => $"stuck:{operationId}";

    public async Task TroubledAsync(Transaction transaction, Trouble trouble)
    {
        if (trouble.RefusedCredential is { } setting)
        {
            await alerts.RaiseAsync(transaction, Refused(setting, trouble));
        }

        if (trouble.IsCleanUp && (trouble.IsHopeless || trouble.AtStepFor >= options.UndoLimit))
        {
            await alerts.RaiseAsync(transaction, Stuck(trouble));
        }
    }

    public async Task FinishedAsync(Transaction transaction, Operation operation)
    {
        await alerts.ResolveAsync(transaction, StuckCause(operation.Id));
        foreach (var alert in await AlertStore.ListProvableAsync(transaction))
        {
            // The credential works again if this very operation got through the same step after the last refusal.
            if (await OperationStore.LastCompletionAsync(transaction, operation.Id, alert.ProvenByStep!) > alert.LastAt)
            {
                await alerts.ResolveAsync(transaction, alert.Cause);
            }
        }
    }

    private static AlertReport Stuck(Trouble trouble)
    {
        var operation = trouble.Operation;
        var since = operation.StepStartedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return new AlertReport(
            StuckCause(operation.Id),
            AlertSeverity.Critical,
            operation.Subject,
            $"What '{operation.Plan}' of {operation.Subject} {(operation.Direction == Direction.Undoing ? "made or changed cannot be taken back" : "has to remove cannot be removed")}: step '{trouble.Step}' of {operation.Id} has failed since {since}. {trouble.Error}",
            $"It may still cost money. Mend what the error says, or remove it by hand where it is: the step is tried until it is seen gone. 'slipway operation explain {operation.Id}' says when next.");
    }

    private static AlertReport Refused(string setting, Trouble trouble) => new(
        $"credential:{setting}",
        AlertSeverity.Critical,
        setting,
        $"The credential in {setting} is refused; last by step '{trouble.Step}' of {trouble.Operation.Id}. {trouble.Error}",
        $"Make a new credential with the rights it needs, set {setting} and restart the server; 'slipway doctor' tells whether it is accepted. Operations go on by themselves.")
    {
        ProvenByStep = trouble.Step,
    };
}
