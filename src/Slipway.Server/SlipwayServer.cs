using Slipway.Agents;
using Slipway.Alerts;
using Slipway.Client;
using Slipway.Machines;
using Slipway.Operations;
using Slipway.Payments;
using Slipway.Server.Access;
using Slipway.Server.Agents;
using Slipway.Server.Alerts;
using Slipway.Server.Backups;
using Slipway.Server.Blueprints;
using Slipway.Server.Doctor;
using Slipway.Server.Health;
using Slipway.Server.Keys;
using Slipway.Server.Machines;
using Slipway.Server.Operations;
using Slipway.Server.Orders;
using Slipway.Server.Payments;
using Slipway.Server.Reconcile;
using Slipway.Server.Rollouts;

namespace Slipway.Server;

/// <summary>The service: what it is made of, and what it answers to.</summary>
public static class SlipwayServer
{
    public const string DefaultUrl = "http://127.0.0.1:8600";

    public static async Task<int> RunAsync(string[] args)
    {
        if (BackupCommands.Knows(args))
        {
            return await BackupCommands.RunAsync(args, Console.Out, Console.Error, TimeProvider.System);
        }

        if (KeyCommands.Knows(args))
        {
            return await KeyCommands.RunAsync(args, Console.Out, Console.Error);
        }

        if (AuthorityCommands.Knows(args))
        {
            return await AuthorityCommands.RunAsync(args, Console.Out, Console.Error);
        }

        await using var app = Build(args);
        if (await Startup.PrepareAsync(app) is { Count: > 0 } problems)
        {
            await Console.Error.WriteLineAsync($"Slipway cannot start; {problems.Count} thing(s) to mend:");
            problems.ForEach(problem => Console.Error.WriteLine($"  - {problem}"));
            return 1;
        }

        await app.RunAsync();
        return 0;
    }

    /// <summary>Puts the service together without starting it.</summary>
    /// <param name="adjust">What a test swaps at the edge of the process: the clock, the log.</param>
    internal static WebApplication Build(string[] args, Action<WebApplicationBuilder>? adjust = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        Register(builder);
        adjust?.Invoke(builder);
        var app = builder.Build();
        Map(app);
        return app;
    }

    private static void Register(WebApplicationBuilder builder)
    {
        builder.Configuration.AddFamiliarNames();
        builder.Logging.AddQuietFrameworks();
        builder.WebHost.UseUrls(builder.Configuration["urls"] ?? DefaultUrl);
        builder.AddRequestLimits();
        builder.Host.ConfigureHostOptions(host => host.ShutdownTimeout = OperationsOptions.Drain);

        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, SlipwayJson.Default);
            json.SerializerOptions.RespectNullableAnnotations = true;
        });
        builder.Services.AddProblems();
        builder.Services.AddOpenApi("v1", options => options.AddDocumentTransformer(BearerScheme.DescribeAsync));
        builder.Services.AddStorage();
        builder.Services.AddSecrets();
        builder.Services.AddBlueprints();
        builder.Services.AddOperations(builder.Configuration.GetStorage());
        builder.Services.AddAlerts();
        builder.Services.AddAgents();
        builder.Services.AddMachines(builder.Configuration.GetStorage());
        builder.Services.AddPayments();
        builder.Services.AddOrders();
        builder.Services.AddAccess();
        builder.Services.AddHealth();
        builder.Services.AddSingleton<AgentView>();
        builder.Services.AddSingleton<StripeChecks>();
        builder.Services.AddSingleton<ServerDoctor>();
    }

    private static void Map(WebApplication app)
    {
        app.UseForwardedHeaders();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseRateLimiter();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();

        app.MapHealth();
        app.MapStripe();
        app.MapCallbacks();
        app.MapWorkflows();
        app.MapOrders();

        var v1 = app.MapGroup("/v1").AddEndpointFilter<AuditFilter>();
        v1.MapAgents();
        v1.MapRollouts();
        v1.MapOperations();
        v1.MapAlerts();
        v1.MapReconcile();
        v1.MapBlueprints();
        v1.MapDoctor();
        EndpointRules.Verify(app);
    }
}
