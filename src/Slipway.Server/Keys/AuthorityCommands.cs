using System.Globalization;
using Microsoft.Extensions.Options;
using Slipway.Machines.Authorities;
using Slipway.Secrets;
using Slipway.Ssh;

namespace Slipway.Server.Keys;

/// <summary><c>slipway-server ssh-ca list</c>, <c>ssh-ca rotate</c> and <c>ssh-ca drop ID</c>: with the server's own configuration, also while it works.</summary>
internal static class AuthorityCommands
{
    private const string Usage = "Usage: slipway-server ssh-ca list | ssh-ca rotate | ssh-ca drop ID, with the same settings as the server.";

    public static bool Knows(string[] args) => args is ["ssh-ca", ..];

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        var settings = args.Skip(1).Where(a => a.StartsWith('-')).ToArray();
        var words = args.Skip(1).Where(a => !a.StartsWith('-')).ToArray();
        var builder = WebApplication.CreateBuilder(settings);
        builder.Configuration.AddFamiliarNames();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddStorage();
        builder.Services.AddSecrets();
        builder.Services.AddSingleton(p => KeyRing.LoadOrCreate(p.GetRequiredService<IOptions<SecretsOptions>>().Value, mayCreate: false));
        builder.Services.AddSingleton<SshOptions>();
        builder.Services.AddSingleton<SshAuthorityStore>();
        builder.Services.AddSingleton<SshAuthorities>();
        await using var services = builder.Services.BuildServiceProvider();
        try
        {
            // What is written under a key the server does not have would be lost.
            await services.GetRequiredService<MasterKeyProof>().CheckAsync();
            var authorities = services.GetRequiredService<SshAuthorities>();
            switch (words)
            {
                case ["list"]:
                    await ListAsync(authorities, services.GetRequiredService<SshAuthorityStore>(), output);
                    return 0;
                case ["rotate"]:
                    await RotateAsync(authorities, output);
                    return 0;
                case ["drop", var id]:
                    await DropAsync(authorities, id, output);
                    return 0;
                default:
                    await error.WriteLineAsync(Usage);
                    return 2;
            }
        }
        catch (Exception e) when (e is AuthorityException or SshException or MasterKeyException or IOException or UnauthorizedAccessException or OptionsValidationException or System.Data.Common.DbException)
        {
            await error.WriteLineAsync(e.Message);
            return 1;
        }
    }

    private static async Task ListAsync(SshAuthorities authorities, SshAuthorityStore store, TextWriter output)
    {
        var all = await authorities.ListAsync();
        var machines = await store.ListMachinesAsync();
        var present = all.Where(a => a.DroppedAt is null).ToList();
        foreach (var authority in all)
        {
            var trusting = machines.Where(m => m.Numbers.Contains(authority.Number)).ToList();
            if (authority.DroppedAt is not null && trusting.Count == 0)
            {
                continue;
            }

            var signs = trusting.Count(m => authority.Number == present.Where(a => m.Numbers.Contains(a.Number)).Max(a => (long?)a.Number));
            var standing = authority.DroppedAt is not null ? "dropped: machines still have to forget it"
                : authority != all[^1] ? signs == 0 ? "retired: nothing needs it" : "needed"
                : trusting.Count == machines.Count ? "newest, trusted everywhere" : "newest, being brought to machines";
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{authority.Id}  {authority.Fingerprint}  {authority.CreatedAt:yyyy-MM-dd}  trusted by {trusting.Count} of {machines.Count} machine(s)  signs for {signs}  {standing}"));
        }

        foreach (var machine in machines.Where(m => !m.Numbers.SequenceEqual(present.Select(a => a.Number))))
        {
            await output.WriteLineAsync($"  {machine.Subject} ({machine.Status}) trusts {string.Join(", ", all.Where(a => machine.Numbers.Contains(a.Number)).Select(a => a.Id))}"
                + (machine.Error is null ? "" : $"; last attempt: {machine.Error}"));
        }
    }

    private static async Task RotateAsync(SshAuthorities authorities, TextWriter output)
    {
        var made = await authorities.RotateAsync();
        await output.WriteLineAsync($"{made.Id}  {made.Fingerprint} is the newest SSH authority. Machines made from now on trust it, and the server brings it to those that run; a stopped one gets it "
            + "when it is started. 'slipway-server ssh-ca list' says how far that is. When nothing needs the former any more, 'slipway-server ssh-ca drop ID' ends it. Make a backup now.");
    }

    private static async Task DropAsync(SshAuthorities authorities, string id, TextWriter output)
    {
        var dropped = await authorities.DropAsync(id);
        await output.WriteLineAsync($"The private key of SSH authority {dropped.Id} is gone; the server has machines that run forget it, and stopped ones when they are started. "
            + "Backups made before hold it still, and a server restored from one older than the last rotation reaches no machine.");
    }
}
