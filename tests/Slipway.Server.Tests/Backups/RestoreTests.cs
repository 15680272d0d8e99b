using System.Globalization;
using Slipway.Server.Backups;
using Slipway.Server.Tests.Reconcile;
using Slipway.Server.Tests.Support;
using Slipway.Storage;

namespace Slipway.Server.Tests.Backups;

/// <summary>A database from an hour ago comes to terms with clouds of now, and takes nothing away because it has forgotten it.</summary>
public sealed class RestoreTests
{
    [Fact]
    public async Task What_was_made_after_the_backup_is_quarantined_and_told_and_removed_only_after_the_grace()
    {
        await using var system = await TestSystem.StartAsync();
        var old = await system.RunningAgentAsync();
        await BackUpAsync(system);
        var forgotten = await system.RunningAgentAsync();
        await RestoreAsync(system);
        system.Clock.Leap(Rounds.OldEnough);

        var found = await system.RoundAsync();

        found.Select(f => (f.Resource, f.Id, f.Finding)).ShouldBe(
        [
            ("server", forgotten.Machine!.ServerId!.Value.ToString(CultureInfo.InvariantCulture), "unknown"),
            ("device", forgotten.Machine.TailscaleNodeId!, "unknown"),
        ]);
        (await system.Client.Alerts.ListAsync()).ShouldAllBe(a => a.Subject == forgotten.Id);
        system.ToCloud.Exchanges.Where(e => e.Method == "DELETE" && e.PathAndQuery.Contains("server", StringComparison.Ordinal)).ShouldBeEmpty();
        (await system.Client.Agents.GetAsync(old.Id)).Machine!.ServerId.ShouldBe(old.Machine!.ServerId);

        system.Clock.Leap(Rounds.Grace - TimeSpan.FromMinutes(5));
        (await system.RoundAsync()).ShouldAllBe(f => f.Action.StartsWith("in quarantine until", StringComparison.Ordinal));
        (await system.Cloud.InventoryAsync())["servers"].ShouldBe(2);
        system.Clock.Leap(TimeSpan.FromMinutes(6));
        await Eventually.BecomesAsync(() => system.RoundAsync(), f => f.Count == 0, "it is gone", () => system.Clock.Leap(TimeSpan.FromSeconds(5)));

        ((long)(await system.Cloud.ServersAsync()).ShouldHaveSingleItem()!["id"]!).ShouldBe(old.Machine!.ServerId!.Value);
        (await system.Cloud.InventoryAsync())["devices"].ShouldBe(1);
        (await system.Client.Alerts.ListAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_destroyed_after_the_backup_is_not_made_anew_before_somebody_says_so()
    {
        await using var system = await TestSystem.StartAsync();
        var agent = await system.RunningAgentAsync();
        await BackUpAsync(system);
        await system.DestroyedAsync(agent.Id);
        await system.Cloud.ShouldBeEmptyAsync();
        await RestoreAsync(system);

        (await system.ConfirmedAsync(agent.Id)).Action.ShouldContain("the database was restored");
        (await system.Client.Alerts.ListAsync()).ShouldHaveSingleItem().WhatToDo.ShouldContain("--accept-missing");
        system.Clock.Leap(Rounds.Grace - TimeSpan.FromMinutes(5));
        (await system.RoundAsync()).Of(agent.Id).Action.ShouldStartWith("held until");
        await system.Cloud.ShouldBeEmptyAsync();

        var replace = (await system.RoundAsync(acceptMissing: true)).Of(agent.Id).Operation();
        (await system.FinishedAsync(replace)).Status.ShouldBe("succeeded");
        (await system.RoundAsync()).ShouldBeEmpty();
        await system.DestroyedAsync(agent.Id);
        await system.Cloud.ShouldBeEmptyAsync();
    }

    [Theory]
    [InlineData("POST", "/api/v2/tailnet/-/keys")]
    [InlineData("POST", "/v1/firewalls")]
    [InlineData("POST", "/v1/servers")]
    [InlineData("POST", "/_local/machines/")]
    public async Task T8_An_operation_that_ended_after_the_backup_adopts_its_own_server_and_makes_no_second(string method, string path)
    {
        await using var system = await TestSystem.StartAsync();
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        system.ToCloud.HoldsAnswer = request =>
        {
            if (request.Method != method || !request.Path.Value!.StartsWith(path, StringComparison.Ordinal))
            {
                return Task.CompletedTask;
            }

            reached.TrySetResult();
            return release.Task;
        };
        var agent = await system.OrderAsync(granted: true);
        using var limit = Eventually.Limit();
        await reached.Task.WaitAsync(limit.Token);
        await BackUpAsync(system);
        (await IsUnfinishedInBackupAsync(system, agent.Operation!)).ShouldBeTrue();
        release.SetResult();
        (await system.FinishedAsync(agent.Operation!)).Status.ShouldBe("succeeded");
        var before = await system.Client.Agents.GetAsync(agent.Id);

        await RestoreAsync(system);
        (await system.RoundAsync()).ShouldBeEmpty("it is in an operation's hands, or is known again by now");
        var again = await system.FinishedByLeapsAsync(agent.Operation!, TimeSpan.FromSeconds(5));

        again.Status.ShouldBe("succeeded", again.Error);
        var after = await system.Client.Agents.GetAsync(agent.Id);
        (after.Status, after.Machine!.ServerId, after.Machine.TailscaleNodeId).ShouldBe(("active", before.Machine!.ServerId, before.Machine.TailscaleNodeId));
        system.Clock.Leap(Rounds.OldEnough);
        (await system.RoundAsync()).ShouldBeEmpty();
        var inventory = await system.Cloud.InventoryAsync();
        (inventory["servers"], inventory["devices"]).ShouldBe((1, 1));
        await system.DestroyedAsync(agent.Id);
        await system.Cloud.ShouldBeEmptyAsync();
    }

    [Fact]
    public async Task The_commands_say_what_they_did_and_refuse_what_would_do_harm()
    {
        await using var system = await TestSystem.StartAsync();
        await system.OrderAsync();
        var file = Path.Combine(system.Directory, "backups", "slipway.backup");

        (await RunAsync(system, "backup")).ShouldBe((2, "", "Usage: slipway-server backup FILE | slipway-server restore FILE [--force], with the same settings as the server.\n"));
        var backup = await RunAsync(system, "backup", file);
        (backup.Code, backup.Error).ShouldBe((0, ""));
        backup.Output.ShouldContain("The master key is not in it");
        (await RunAsync(system, "backup", file)).Error.ShouldContain("exists already");
        (await RunAsync(system, "restore", file)).Error.ShouldContain("--force");
        (await RunAsync(system, "restore", file, "--force")).Error.ShouldContain("A server is using the database");
        (await RunAsync(system, "restore", file + "x", "--force")).Error.ShouldContain("There is no file");

        await system.StopServerAsync();
        var key = Path.Combine(system.Directory, "slipway.key");
        File.Move(key, key + ".away");
        (await RunAsync(system, "restore", file, "--force")).Error.ShouldContain("is gone");
        File.Exists(key).ShouldBeFalse("a new key could open nothing");
        // Copied for its mode: a key that others can read would be refused for that.
        File.Copy(key + ".away", key);
        await File.WriteAllTextAsync(key, Convert.ToBase64String([.. Enumerable.Range(0, 32).Select(i => (byte)i)]));
        (await RunAsync(system, "restore", file, "--force")).Error.ShouldContain("not loaded");
        File.Move(key + ".away", key, overwrite: true);
        var restore = await RunAsync(system, "restore", file, "--force");

        (restore.Code, restore.Error).ShouldBe((0, ""));
        restore.Output.ShouldContain("slipway.db.before-restore-");
        Directory.GetFiles(system.Directory).Count(f => f.Contains("before-restore", StringComparison.Ordinal)).ShouldBe(1, "what was refused left nothing");
        await system.StartServerAsync();
        (await system.Client.Agents.ListAsync()).ShouldHaveSingleItem();
    }

    private static string FileOf(TestSystem system) => Path.Combine(system.Directory, "an-hour-ago.backup");

    private static async Task BackUpAsync(TestSystem system) => (await RunAsync(system, "backup", FileOf(system))).Code.ShouldBe(0);

    private static async Task<bool> IsUnfinishedInBackupAsync(TestSystem system, string operation)
    {
        var copy = FileOf(system) + ".copy";
        File.Copy(FileOf(system), copy);
        await using var database = new Database(new StorageOptions { Database = copy });
        return await database.FirstOrDefaultAsync<long>("SELECT COUNT(*) FROM operations WHERE id = @operation AND result IS NULL", new { operation }) == 1;
    }

    private static async Task RestoreAsync(TestSystem system)
    {
        system.Clock.Leap(TimeSpan.FromSeconds(1));
        await system.StopServerAsync();
        var restored = await RunAsync(system, "restore", FileOf(system), "--force");
        restored.Code.ShouldBe(0, restored.Error);
        await system.StartServerAsync();
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(TestSystem system, params string[] command)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var code = await BackupCommands.RunAsync([.. command, .. system.Arguments], output, error, system.Clock);
        return (code, output.ToString(), error.ToString());
    }
}
