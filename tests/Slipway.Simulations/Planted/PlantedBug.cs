using Microsoft.Extensions.DependencyInjection;
using Slipway.Machines.Plans;
using Slipway.Operations;

namespace Slipway.Simulations;

/// <summary>Mistakes others made, put in on purpose: simulations that do not find them would find nothing.</summary>
internal enum PlantedBug
{
    None,

    /// <summary>The server's id is published only at the end, and clean-up without an id does nothing.</summary>
    IdPublishedAtTheEnd,

    /// <summary>Chance in the server's name: a second try makes a second server.</summary>
    RandomName,

    /// <summary>"Is one under way?" is asked before another begins, and no index decides.</summary>
    CheckThenInsert,

    /// <summary>The server's id is stored after the wait for it, and a destroy without an id does nothing.</summary>
    IdStoredAfterTheWait,

    /// <summary>Whoever has our server's name is taken for our server.</summary>
    StrangerAdopted,

    /// <summary>A wait overwrites the wake-up that came while its step ran.</summary>
    NapOverWake,
}

/// <summary>Where the bugs are put in: in the plans, in the SQL on its way to the database, in what a cloud is asked and answers.</summary>
internal static class Planting
{
    public static void Plant(PlantedBug bug, IServiceCollection services)
    {
        if (bug is PlantedBug.IdPublishedAtTheEnd or PlantedBug.IdStoredAfterTheWait)
        {
            foreach (var real in services.Where(s => s.ImplementationFactory?.Method.Name is nameof(MachinePlanTable.Provision) or nameof(MachinePlanTable.Destroy)).ToList())
            {
                services.Remove(real);
            }

            services.AddSingleton<Plan>(p => PlantedPlans.Provision(p, bug));
            services.AddSingleton<Plan>(PlantedPlans.Destroy);
        }
    }

    public static string Rewrite(PlantedBug bug, string sql) => bug switch
    {
        PlantedBug.CheckThenInsert => Replace(
            sql, "SELECT * FROM operations WHERE subject = @subject AND result IS NULL", "SELECT * FROM operations WHERE subject = @subject AND 1 = 0"),
        PlantedBug.NapOverWake => Replace(sql, "CASE WHEN @waits = 1 AND wakes <> @Wakes THEN @now ELSE @dueAt END", "@dueAt"),
        _ => sql,
    };

    /// <summary>What the schema lacks with the bug.</summary>
    public static string? Schema(PlantedBug bug) => bug == PlantedBug.CheckThenInsert ? "DROP INDEX operations_one_per_subject" : null;

    public static Call Rewrite(PlantedBug bug, Call call, Random dice)
    {
        if (bug != PlantedBug.RandomName || call is not { Method: "POST", Address.AbsolutePath: "/v1/servers" })
        {
            return call;
        }

        var body = Json.Parse(call.Body);
        body["name"] = $"{body["name"]}-{dice.Next(1_000_000)}";
        return call with { Body = Json.Bytes(body) };
    }

    public static Reply Rewrite(PlantedBug bug, Call call, Reply reply, Call? lastOrder)
    {
        if (bug != PlantedBug.StrangerAdopted || lastOrder is null || call is not { Method: "GET", Address.AbsolutePath: "/v1/servers" })
        {
            return reply;
        }

        var body = Json.Parse(reply.Body);
        foreach (var server in body["servers"]!.AsArray())
        {
            server!["labels"] = Json.Parse(lastOrder.Body)["labels"]!.DeepClone();
        }

        return reply with { Body = Json.Bytes(body) };
    }

    private static string Replace(string sql, string old, string planted) => sql.Replace(old, planted, StringComparison.Ordinal);
}
