using System.CommandLine;
using Slipway.Cli.Options;
using Slipway.Client;

namespace Slipway.Cli.Agents;

internal static class AgentCreate
{
    public static Command Create(CommandHost host)
    {
        var blueprint = IdArgument.Create("blueprint", Words.BlueprintName);
        var name = new Option<string?>("--name") { Description = Words.NameOption };
        var location = new Option<string?>("--location") { Description = Words.LocationOption };
        var secrets = SecretOption.Create();
        var withoutPayment = new Option<bool>("--without-payment") { Description = Words.WithoutPaymentOption };
        var waiting = new WaitOptions();
        var command = new Command("create", Words.AgentCreate) { blueprint, name, location, secrets, withoutPayment };
        waiting.AddTo(command);
        return host.Handle(command, (parse, session, stop) =>
        {
            var order = new CreateAgentRequest
            {
                Blueprint = parse.GetRequiredValue(blueprint),
                Name = parse.GetValue(name),
                Location = parse.GetValue(location),
                Secrets = SecretOption.Read(parse.GetValue(secrets) ?? [], host.Environment.Input),
                WithoutPayment = parse.GetValue(withoutPayment),
            };
            return RunAsync(session, order, waiting.Read(parse, byDefault: order.WithoutPayment), stop);
        });
    }

    internal static async Task<int> RunAsync(Session session, CreateAgentRequest order, WaitSettings wait, CancellationToken cancellationToken)
    {
        var agent = await session.Client.Agents.CreateAsync(order, cancellationToken);
        session.Say(Words.Ordered(agent));
        if (wait.Waits)
        {
            return await AgentChanges.FollowAsync(session, agent, agent.Operation, wait, lastCounts: false, cancellationToken);
        }

        session.Say(agent.Operation is null ? Words.PayNext(agent) : Words.Accepted(agent, agent.Operation));
        AgentChanges.Write(session, agent);
        return ExitCodes.Ok;
    }
}
