using Microsoft.AspNetCore.Http.HttpResults;
using Slipway.Agents;
using Slipway.Blueprints;
using Slipway.Client;
using Slipway.Machines;
using Slipway.Secrets;
using Slipway.Server.Access;
using Slipway.Ssh;
using Slipway.Storage;

namespace Slipway.Server.Agents;

/// <summary>What an operator does with an agent that runs.</summary>
internal static class AgentUpkeep
{
    public static async Task<Results<Accepted<AgentResource>, ProblemHttpResult>> ChangeSecretsAsync(
        string id, ChangeSecretsRequest request, HttpContext http, AgentStore store, AgentLifecycle lifecycle, BlueprintStore blueprints, SecretStore secrets,
        AgentView view, AuditTrail audit, Database database)
    {
        if (await store.FindAsync(id, http.RequestAborted) is not { } agent)
        {
            return Problems.NotFound("agent", id);
        }

        var blueprint = await blueprints.GetAsync(agent.BlueprintDigest, http.RequestAborted);
        var values = request.Secrets.ToDictionary(s => s.Key, s => new Secret(s.Value ?? ""), StringComparer.Ordinal);
        if (Refuse(blueprint, await secrets.ReadAllAsync(id, http.RequestAborted), values) is { } refusal)
        {
            return refusal;
        }

        var result = await database.WriteAsync(async transaction =>
        {
            var changed = await lifecycle.ChangeSecretsAsync(transaction, id, values);
            await audit.WriteAsync(transaction, http, "agent.secrets", id, $"{changed.Outcome}: {string.Join(", ", values.Keys.Order(StringComparer.Ordinal))}");
            return changed;
        });
        return result.Outcome == WishOutcome.Accepted
            ? TypedResults.Accepted($"/v1/agents/{id}", await view.OfAsync(result.Agent!, http.RequestAborted))
            : result.Outcome == WishOutcome.NotFound ? Problems.NotFound("agent", id)
            : Problems.Of(StatusCodes.Status409Conflict, "cannot_change_secrets", result.Reason!);
    }

    public static async Task<Results<Ok<ShellAccess>, ProblemHttpResult>> OpenShellAsync(
        string id, OpenShellRequest request, HttpContext http, AgentStore store, MachineAccess access, AuditTrail audit, Database database)
    {
        if (await store.FindAsync(id, http.RequestAborted) is null)
        {
            return Problems.NotFound("agent", id);
        }

        MachineDoor? door;
        try
        {
            door = await access.OpenAsync(id, request.PublicKey, http.User.Identity?.Name ?? "nobody", http.RequestAborted);
        }
        catch (FormatException e)
        {
            return Problems.Of(StatusCodes.Status422UnprocessableEntity, "invalid_key", e.Message);
        }

        // Nobody gets the certificate before it is written who did.
        await database.WriteAsync(async transaction =>
        {
            await audit.WriteAsync(transaction, http, "agent.ssh", id, door?.Certificate.KeyId ?? "no machine");
            return true;
        });
        return door is null ? Problems.Of(StatusCodes.Status409Conflict, "no_machine", $"Agent {id} has no machine that runs, so there is nothing to log in to.") : TypedResults.Ok(new ShellAccess
        {
            Certificate = door.Certificate.Line,
            ValidBefore = door.Certificate.ValidBefore,
            Host = door.Host,
            User = door.User,
            HostKeyAlias = door.Name,
            HostKey = door.HostKey,
        });
    }

    public static async Task<Results<Ok<AgentLog>, ProblemHttpResult>> ReadLogAsync(
        string id, AgentStore store, MachineLog log, CancellationToken cancellationToken, int lines = 100, string? after = null)
    {
        if (await store.FindAsync(id, cancellationToken) is null)
        {
            return Problems.NotFound("agent", id);
        }

        if (lines is < 1 or > MachineLog.MostLines || (after is not null && !MachineLog.IsCursor(after)))
        {
            return Problems.Of(StatusCodes.Status400BadRequest, "bad_request", $"'lines' is from 1 to {MachineLog.MostLines}, and 'after' the cursor of an earlier answer.");
        }

        try
        {
            return await log.ReadAsync(id, lines, after, cancellationToken) is { } page
                ? TypedResults.Ok(new AgentLog(page.Lines, page.Cursor))
                : Problems.Of(StatusCodes.Status409Conflict, "no_machine", $"Agent {id} has no machine that runs, so nobody can be asked for its log.");
        }
        catch (SshException e)
        {
            return Problems.Of(StatusCodes.Status502BadGateway, "machine_unreachable", e.Message);
        }
    }

    /// <summary>What the agent would have is judged, not what was sent: a change may leave half a login.</summary>
    private static ProblemHttpResult? Refuse(Blueprint blueprint, IReadOnlyDictionary<string, Secret> present, Dictionary<string, Secret> changes)
    {
        if (changes.Count == 0)
        {
            return Problems.Of(StatusCodes.Status422UnprocessableEntity, "invalid_secrets", "No secret is named, so there is nothing to change.");
        }

        var problems = blueprint.ValidateChange(present, changes);
        return problems.Count == 0 ? null : Problems.Of(
            StatusCodes.Status422UnprocessableEntity,
            "invalid_secrets",
            string.Join(" ", problems.Select(p => p.Message)),
            problems.GroupBy(p => $"secrets.{p.Name}", p => p.Message, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal));
    }
}
