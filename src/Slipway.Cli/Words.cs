using System.CommandLine;
using System.Text;
using Slipway.Cli.Output;
using Slipway.Client;

namespace Slipway.Cli;

/// <summary>Everything the command line says, in one place.</summary>
internal static class Words
{
    public const string Root = "Slipway: turns a payment into a private, verified AI-agent machine. Exit codes: 0 done, 1 error, 2 wrong use, "
        + "3 not found, 4 not allowed, 5 conflict, 6 failed and rolled back, 7 failed with the clean-up still going on, 124 timed out, 130 interrupted.";

    public const string Agent = "Order, look at, stop, start and destroy agents.";
    public const string AgentCreate = "Order an agent. It waits for its payment, unless --without-payment provisions it at once.";
    public const string AgentList = "List all agents.";
    public const string AgentShow = "Show one agent and its machine.";
    public const string AgentWatch = "Follow an agent until it is settled, from its payment on if it is still a draft.";
    public const string AgentStop = "Shut an agent's machine down and keep it.";
    public const string AgentStart = "Start a stopped agent again.";
    public const string AgentDestroy = "Destroy an agent with its machine and everything on it. Asks first.";
    public const string AgentRetry = "Try again what an agent in error failed at.";
    public const string AgentUpdate = "Bring the version of its blueprint that the server offers now to a running agent, or with --blueprint to all of them: one first, then the rest, each verified "
        + "or put back; the first that is put back stops it.";
    public const string AgentLogs = "Show the log of an agent's unit, as its machine has it; secrets of the agent are left out.";
    public const string AgentSsh = "Open a shell on an agent's machine, or run a command there, with a key that is certified for minutes; needs a token with the scope agents:shell, and is audited.";
    public const string SshCommand = "What to run instead of a shell; put -- before it.";
    public const string AgentLink = "Make a new link to the page of an agent's customer; every link given out before opens nothing any more.";
    public const string AgentSecrets = "Change the secrets of an agent.";
    public const string AgentSecretsSet = "Give a running agent other secrets: they are placed, the agent restarted and asked whether it is well; if not, the former are put back.";
    public const string AgentSnapshot = "Have Hetzner copy an agent's disk with everything on it, secrets included. An agent that runs goes on; stop it first for a copy without unwritten data.";
    public const string AgentSnapshots = "List the snapshots of an agent's disk, or delete one of them.";
    public const string AgentResize = "Give an agent's machine another server type. One that runs is down meanwhile and is seen well afterwards; what fails is put back.";
    public const string AgentRebuild = "Make an agent's machine anew on the server it has. Everything on its disk is lost; its secrets are placed again. Asks first.";
    public const string DescriptionOption = "What people recognise it by; Hetzner shows it too.";
    public const string KeepOption = "It outlives its agent; otherwise it is deleted when the agent is destroyed.";
    public const string DeleteOption = "Delete the snapshot of this id.";
    public const string TypeOption = "The server type, e.g. cx33.";
    public const string UpgradeDiskOption = "Let the disk grow with the type; then there is no way back to a smaller one.";
    public const string Rollout = "Look at new versions of blueprints on their way to agents, and stop them.";
    public const string RolloutList = "List roll-outs, newest first.";
    public const string RolloutShow = "Show one roll-out and how each of its agents fared.";
    public const string RolloutCancel = "Begin no more updates: those under way come to their end, the other agents stay as they are.";
    public const string Operation = "Look at the durable runs of steps that make machines so.";
    public const string OperationList = "List operations, newest first.";
    public const string OperationShow = "Show one operation, its timeline, and what its machine said if it failed.";
    public const string OperationExplain = "Say why an operation is where it is, what it waits for, and when what happens next.";
    public const string OperationWatch = "Follow one operation to its end.";
    public const string Alert = "Look at what only a person can mend.";
    public const string AlertList = "List open alerts with what to do about each, newest first.";
    public const string AlertAck = "Say that you look after an alert; it stays open until its cause is gone.";
    public const string Blueprint = "Look at what can be ordered, and check new blueprints.";
    public const string BlueprintList = "List blueprints.";
    public const string BlueprintShow = "Show one blueprint and the secrets it asks for.";
    public const string BlueprintValidate = "Have the server check a blueprint file; nothing is stored.";
    public const string Reconcile = "Have the server compare the clouds with what it knows, now: quarantine what nobody knows, mend what is not as it should be.";
    public const string Doctor = "Check the way to the server, and have the server check its own surroundings.";

    public const string Provision = "Make one server for a job of the server's. The workflow at GitHub runs this; it reads HETZNER_API_TOKEN, TAILSCALE_OAUTH_CLIENT_ID, "
        + "TAILSCALE_OAUTH_CLIENT_SECRET, GITHUB_CALLBACK_SECRET and GITHUB_RUN_ID from its environment.";

    public const string JobOption = "The job, as the workflow's input names it.";
    public const string CallbackOption = "Where the server is told how it goes, as the workflow's input says.";
    public const string BadCallback = "--callback-url must be an https address: the job's answer holds what opens the machine.";

    public const string AgentId = "The agent's id, as 'slipway agent list' shows it.";
    public const string OperationId = "The operation's id, as 'slipway operation list' shows it.";
    public const string RolloutId = "The roll-out's id, as 'slipway rollout list' shows it.";
    public const string AlertId = "The alert's id, as 'slipway alert list' shows it.";
    public const string BlueprintName = "The blueprint's name, as 'slipway blueprint list' shows it.";
    public const string BlueprintFile = "The blueprint's YAML file.";

    public const string ServerOption = "The server's address. [environment: SLIPWAY_SERVER]";
    public const string TokenFileOption = "A file with the API token. [environment: SLIPWAY_TOKEN, or SLIPWAY_TOKEN_FILE]";
    public const string OutputOption = "What stdout gets: a table for people or the resource as JSON. Progress goes to stderr.";
    public const string NameOption = "A name to recognise the agent by.";
    public const string LocationOption = "The one location wanted; without it the blueprint's are tried in order.";
    public const string SecretOption = "A secret the blueprint asks for: KEY=@file, KEY=- (stdin), or KEY=VALUE, which other users of this machine can see while it runs.";
    public const string RemoveSecretOption = "Take an optional secret away.";
    public const string UpdateBlueprintOption = "All running agents of this blueprint.";
    public const string CanaryOption = "With --blueprint: the agent that goes first and alone; otherwise the oldest does.";
    public const string AtOnceOption = "With --blueprint: how many at a time after the first, from 1 to 50.";
    public const string LinesOption = "How many lines at most, the newest; up to 1000.";
    public const string FollowOption = "Go on with what is logged from now on, until interrupted.";
    public const string WithoutPaymentOption = "Provision at once; needs a token with the scope agents:grant, and is audited.";
    public const string WaitOption = "Follow what was started until it is done (the default where something starts at once).";
    public const string NoWaitOption = "Return as soon as the server has accepted.";
    public const string TimeoutOption = "Stop waiting after this long, e.g. 90s, 10m or 1h30m; what was started goes on. Exit code 124.";
    public const string YesOption = "Do not ask.";
    public const string OfAgentOption = "Only those of this agent.";
    public const string AllAlertsOption = "Resolved ones too.";
    public const string DryRunOption = "Only look; change nothing.";
    public const string AcceptMissingOption = "Servers that are missing are really gone: make them anew, also after a restore, and when most are gone at once.";
    public const string YamlOption = "Only the document itself.";

    public const string NoToken = "There is no API token. Set SLIPWAY_TOKEN, or name a file that holds it with --token-file or SLIPWAY_TOKEN_FILE.";
    public const string BadToken = "The API token is empty or holds spaces, line breaks or characters no token has. Check SLIPWAY_TOKEN or the token file.";
    public const string NoAddress = "--server or SLIPWAY_SERVER is no server address. Write it like http://127.0.0.1:8600, without a user or password.";
    public const string Interrupted = "Interrupted.";
    public const string Detached = "Stopped watching; nothing was cancelled.";
    public const string TwoSecretsFromInput = "Only one --secret can come from stdin (KEY=-). Put the others into files: KEY=@file.";
    public const string WaitAndNoWait = "--wait and --no-wait exclude each other.";
    public const string NoSecretGiven = "Name at least one secret: --secret KEY=@file, or --remove KEY.";
    public const string UpdateWhat = "Name one agent, or all of a blueprint with --blueprint NAME; --canary goes with the latter.";
    public const string NoSecretsForAll = "--secret goes with one agent: agents of a blueprint have secrets of their own.";
    public const string NotDestroyed = "Nothing was destroyed.";
    public const string NotRebuilt = "Nothing was rebuilt.";
    public const string Healthy = "Everything is in order.";

    public static string VariableMissing(string name) => $"{name} is not set: give it to the step as a secret of the repository.";

    public static string ProvisionFailed(string step, string error) => $"Failed at '{step}': {error}";

    public static string Unlisted(string what) => $"Could not list {what} Nothing was concluded about them.";

    public static string Reconciled(int ours, int foreign) =>
        (ours == 0 ? "Everything of ours is as it should be." : $"{ours} finding(s) about what is ours.")
        + (foreign == 0 ? "" : $" {foreign} resource(s) are not ours, or nobody can tell; they were left alone.");

    public static string SeeHelp(Command command) => $"See '{Path(command)} --help'.";

    public static string Unreadable(string path, string why) => $"Cannot read '{path}': {why}";

    public static string SecretWithoutKey(int position) =>
        $"--secret number {position} has no key in front of a '='. Write KEY=@file, KEY=- for stdin, or KEY=VALUE.";

    public static string SecretTwice(string key) => $"The secret '{key}' is given twice.";

    public static string BadDuration(string typed) => $"'{typed}' is no length of time. Write it like 90s, 10m or 1h30m.";

    public static string BadId(string name) => $"{name} must not be empty.";

    public static string ConfirmDestroy(AgentResource agent) =>
        $"Destroy {Called(agent)}? Its machine and everything on it will be deleted.";

    public static string ConfirmRebuild(AgentResource agent) =>
        $"Rebuild {Called(agent)}? Everything on its disk will be lost.";

    public static string YesNeededToRebuild(string id) => $"Nobody is here to confirm that {id} is to be rebuilt. Add --yes.";

    public static string YesNeeded(string id) => $"Nobody is here to confirm that {id} is to be destroyed. Add --yes.";

    public static string NothingToDo(AgentResource agent) => $"Nothing had to be done: {agent.Id} is {State(agent)}.";

    public static string Accepted(AgentResource agent, string? operation) => operation is null
        ? $"Accepted: {agent.Id} is wanted {agent.Wanted}."
        : $"Accepted: {agent.Id} is wanted {agent.Wanted}. Follow it with 'slipway operation watch {operation}'.";

    public static string Ordered(AgentResource agent) => $"Ordered {Called(agent)}.";

    public static string PayNext(AgentResource agent) => $"It is provisioned once it is paid for. Follow it with 'slipway agent watch {agent.Id}'.";

    public static string WaitingForPayment(string id) => $"Waiting for the payment of {id}.";

    public static string Settled(AgentResource agent) => $"{agent.Id} is {State(agent)}; nothing is under way.";

    public static string Following(OperationResource operation) => $"{Verb(operation)} {operation.Agent} ({operation.Id})";

    public static string Ended(OperationResource operation, string? failedAt)
    {
        var at = failedAt is null ? "" : " at " + failedAt;
        var took = operation.FinishedAt is { } finished ? " after " + Format.Length(finished - operation.CreatedAt) : "";
        return operation switch
        {
            { Plan: "roll-out", Status: "undone", CancelReason: null } => $"The roll-out to {operation.Agent} stopped{at}{took}. {operation.Error}",
            { Plan: "roll-out", Status: "undone" } => $"The roll-out to {operation.Agent} was cancelled{took}; whoever was not begun stays as it is.",
            { Status: "succeeded" } => $"{operation.Plan} of {operation.Agent} succeeded{took}.",
            { Status: "undone", CancelReason: { } reason } => $"{operation.Plan} of {operation.Agent} was cancelled and taken back{took}: {reason}",
            { Status: "undone" } => $"{operation.Plan} of {operation.Agent} failed{at} and was taken back{took}: {operation.Error}",
            _ => $"{operation.Plan} of {operation.Agent} stopped at {operation.Step} ({operation.Status}, {operation.Direction}): {operation.Error}",
        };
    }

    public static string RolloutBegun(RolloutResource rollout) => $"Rolling out {rollout.Blueprint} {Output.RolloutText.Version(rollout.BlueprintDigest)} to {rollout.Agents.Count(a => a.Status == "waiting")} agent(s): {rollout.Id}.";

    public static string TimedOut(TimeSpan limit) => $"Not finished within {Format.Length(limit)}; it goes on without us.";

    public static string CleanUpGoesOn(OperationResource operation) =>
        $"{operation.Plan} of {operation.Agent} failed or was cancelled, and what it made is still being removed.";

    public static string? HowToResume(OperationResource? operation, AgentResource? agent) =>
        operation is not null ? $"Watch it again: slipway operation watch {operation.Id}"
        : agent is not null ? $"Watch it again: slipway agent watch {agent.Id}"
        : null;

    public static string ShellUntil(ShellAccess access) => $"{access.User}@{access.HostKeyAlias}: certified until {access.ValidBefore:HH:mm:ss} UTC, recorded in the audit trail.";

    public static string NoOpenSsh(string program) => $"'{program}' is not on this machine. Install OpenSSH's client.";

    public static string Valid(string file) => $"{file} is valid.";

    public static string Invalid(string file, int problems) => $"{file} has {problems} {(problems == 1 ? "problem" : "problems")}.";

    public static string Unhealthy(int failed) => failed == 1 ? "1 check failed." : $"{failed} checks failed.";

    public const string SkewFix = "Set the clock that is wrong, e.g. with systemd-timesyncd (timedatectl set-ntp true); signatures and certificates fail when it is.";

    public static string Skew(TimeSpan ahead) =>
        $"this machine's clock is {Format.Length(ahead.Duration())} {(ahead > TimeSpan.Zero ? "ahead of" : "behind")} the server's";

    public static string Refusal(SlipwayException refusal, Uri server)
    {
        var words = new StringBuilder(refusal.Detail);
        foreach (var (field, problems) in refusal.Errors.OrderBy(error => error.Key, StringComparer.Ordinal))
        {
            foreach (var problem in problems)
            {
                words.Append('\n').Append("  ").Append(field).Append(": ").Append(problem);
            }
        }

        return (refusal.Status is { } status ? words.Append($" ({(int)status} {refusal.Code})") : words)
            .Append(WhatToDo(refusal, server) is { } todo ? "\n" + todo : "").ToString();
    }

    public static string? WhatToDo(SlipwayException refusal, Uri server) => refusal switch
    {
        { Code: SlipwayException.UnreachableCode } when server.IsLoopback =>
            "Start the server on this machine (from the source tree: dotnet run --project src/Slipway.Server), or point SLIPWAY_SERVER or --server at the one that runs.",
        { Code: SlipwayException.UnreachableCode } =>
            "Check that the server runs and that this machine may reach it; SLIPWAY_SERVER or --server says where it is.",
        { Status: System.Net.HttpStatusCode.Unauthorized } => "Set SLIPWAY_TOKEN to a live token of this server, or name its file with --token-file.",
        { Status: System.Net.HttpStatusCode.Forbidden } => "Use a token that has the scope for this.",
        _ => null,
    };

    private static string Called(AgentResource agent) =>
        agent.Name is null ? $"{agent.Id} ({agent.Blueprint})" : $"{agent.Id} \"{agent.Name}\" ({agent.Blueprint})";

    private static string State(AgentResource agent) =>
        agent.Machine is { } machine ? $"{agent.Status}, its machine {machine.Status}" : agent.Status;

    private static string Verb(OperationResource operation) => operation.Plan switch
    {
        "provision" => "Provisioning",
        "stop" => "Stopping",
        "start" => "Starting",
        "destroy" => "Destroying",
        "replace" => "Replacing",
        "repair" => "Repairing",
        "change-secrets" => "Changing secrets of",
        "snapshot" => "Taking a snapshot of",
        "delete-snapshot" => "Deleting a snapshot of",
        "resize" => "Resizing",
        "rebuild" => "Rebuilding",
        "update" => "Updating",
        "roll-out" => "Rolling out to",
        var other => $"Running {other} of",
    };

    private static string Path(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{Path(parent)} {command.Name}" : "slipway";
}
