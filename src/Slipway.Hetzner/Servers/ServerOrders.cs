using Microsoft.Extensions.Logging;

namespace Slipway.Hetzner;

/// <summary>One order, many places, never two servers. Every path ends after one pass over the plan and at most one look-up after it began.</summary>
internal sealed partial class ServerOrders(ServersClient servers, ShortageMemory shortages, ILogger logger)
{
    public async Task<ServerOrderResult> RunAsync(CreateServerRequest request, PlacementPlan? plan, bool mayExist, CancellationToken cancellationToken)
    {
        if (request.Labels is null or { Count: 0 })
        {
            throw new ArgumentException(
                $"Server '{request.Name}' needs labels that prove it is the one asked for, such as its order's id: without them any server of that name would be adopted.",
                nameof(request));
        }

        CreateServerRequest.Validate(request);
        var tries = new List<PlacementTry>();
        if (mayExist && await servers.FindByNameAsync(request.Name, cancellationToken) is { } present)
        {
            return Adopt(request, present, tries, null);
        }

        foreach (var (place, known) in shortages.Recall(plan?.Choices ?? [new Placement(request.ServerType, request.Location)]))
        {
            if (known is not null)
            {
                tries.Add(known);
                continue;
            }

            try
            {
                var order = request with { ServerType = place.ServerType, Location = place.Location };
                var made = await servers.CreateAsync(order, cancellationToken);
                shortages.Forget(place);
                tries.Add(new PlacementTry(place, PlacementOutcome.Created));
                return new ServerOrderResult(made.Server, [made.Action, .. made.NextActions], WasAdopted: false, tries) { RootPassword = made.RootPassword };
            }
            catch (HetznerException e) when (e.Advice == HetznerAdvice.TryElsewhere)
            {
                tries.Add(shortages.Remember(place, e));
                Log.NoRoom(logger, tries[^1]);
            }
            catch (HetznerException e) when (e.Advice == HetznerAdvice.Adopt)
            {
                if (await LookUpAsync(request.Name, e, cancellationToken) is { } found)
                {
                    return Adopt(request, found, tries, e);
                }

                throw;
            }
        }

        throw new PlacementException(request.Name, tries);
    }

    /// <summary>A look-up that fails must not hide that the order's outcome is unknown.</summary>
    private async Task<Server?> LookUpAsync(string name, HetznerException cause, CancellationToken cancellationToken)
    {
        try
        {
            return await servers.FindByNameAsync(name, cancellationToken);
        }
        catch (HetznerException e)
        {
            Log.LookUpFailed(logger, name, cause.Code, e.Code);
            return null;
        }
    }

    private ServerOrderResult Adopt(CreateServerRequest request, Server found, IReadOnlyList<PlacementTry> tries, HetznerException? cause)
    {
        if (!request.Labels!.All(label => found.Labels.TryGetValue(label.Key, out var value) && value == label.Value))
        {
            throw new ServerNameTakenException(found, cause);
        }

        Log.Adopted(logger, found.Name, found.Id);
        return new ServerOrderResult(found, [], WasAdopted: true, tries);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "No room for a server: {Try}.")]
        public static partial void NoRoom(ILogger logger, PlacementTry @try);

        [LoggerMessage(2, LogLevel.Warning, "The order of server {Name} ended with {Code}, and looking it up with {LookUpCode}; whether it exists is not known.")]
        public static partial void LookUpFailed(ILogger logger, string name, string code, string lookUpCode);

        [LoggerMessage(3, LogLevel.Information, "Server {Name} (id {Server}) exists and carries the order's labels: adopted.")]
        public static partial void Adopted(ILogger logger, string name, long server);
    }
}
