using Slipway.Storage;

namespace Slipway.Machines;

/// <summary>The SQL of machines. Facts are written with the step that learnt them, in its transaction.</summary>
public sealed class MachineStore(Database database, TimeProvider time)
{
    public Task<Machine?> FindAsync(string subject, CancellationToken cancellationToken = default) =>
        database.FirstOrDefaultAsync<Machine>("SELECT * FROM machines WHERE subject = @subject", new { subject }, cancellationToken);

    public async Task<Machine> GetAsync(string subject, CancellationToken cancellationToken = default) =>
        await FindAsync(subject, cancellationToken) ?? throw new InvalidOperationException($"No machine is known for '{subject}'.");

    public Task<IReadOnlyList<Machine>> ListAsync(IReadOnlyList<string> subjects, CancellationToken cancellationToken = default) =>
        database.QueryAsync<Machine>(
            $"SELECT * FROM machines WHERE subject {database.Dialect.In("@subjects")}",
            new { subjects = subjects.ToArray() },
            cancellationToken);

    /// <summary>Machines that have not come up yet: they still name themselves by their boot token.</summary>
    public Task<IReadOnlyList<Machine>> ListBootingAsync(CancellationToken cancellationToken = default) => database.QueryAsync<Machine>(
        "SELECT * FROM machines WHERE boot_token_hash IS NOT NULL AND status IN ('creating', 'cloud_init', 'injecting_secrets')", cancellationToken: cancellationToken);

    /// <summary>Whether any other machine still needs what all machines share; of two that go at once, the second sees the first as gone.</summary>
    public async Task<bool> AnyOtherAsync(string subject, CancellationToken cancellationToken = default) =>
        await database.FirstOrDefaultAsync<long?>(
            "SELECT 1 FROM machines WHERE subject <> @subject AND status NOT IN ('destroying', 'gone') LIMIT 1", new { subject }, cancellationToken) is not null;

    /// <summary>Begins a machine's life, or a new one after an earlier was gone: every fact of the earlier is forgotten.</summary>
    internal Task RegisterAsync(Transaction transaction, Machine machine, string bootTokenHash) => transaction.ExecuteAsync(
        """
        INSERT INTO machines (subject, name, status, blueprint_digest, operation_id, boot_token_hash, tailscale_hostname, created_at, updated_at)
        VALUES (@Subject, @Name, @Status, @BlueprintDigest, @OperationId, @bootTokenHash, @TailscaleHostname, @now, @now)
        ON CONFLICT (subject) DO UPDATE SET
          status = excluded.status, blueprint_digest = excluded.blueprint_digest, operation_id = excluded.operation_id,
          boot_token_hash = excluded.boot_token_hash, tailscale_hostname = excluded.tailscale_hostname, updated_at = excluded.updated_at,
          server_id = NULL, server_type = NULL, location = NULL, ipv4 = NULL, ipv6 = NULL, host_key = NULL, boot_status = NULL, boot_message = NULL,
          tailscale_node_id = NULL, tailscale_ip = NULL, started_at = NULL, stopped_at = NULL
        """,
        new
        {
            machine.Subject,
            machine.Name,
            machine.Status,
            machine.BlueprintDigest,
            machine.OperationId,
            machine.TailscaleHostname,
            bootTokenHash,
            now = time.GetUtcNow(),
        });

    internal Task SetStatusAsync(Transaction transaction, string subject, string status) => transaction.ExecuteAsync(
        "UPDATE machines SET status = @status, updated_at = @now WHERE subject = @subject", new { subject, status, now = time.GetUtcNow() });

    /// <summary>Another version of its blueprint is what the machine runs from here on.</summary>
    internal Task SetBlueprintAsync(Transaction transaction, string subject, string digest) => transaction.ExecuteAsync(
        "UPDATE machines SET blueprint_digest = @digest, updated_at = @now WHERE subject = @subject", new { subject, digest, now = time.GetUtcNow() });

    internal Task SetServerAsync(Transaction transaction, string subject, long serverId, string serverType, string location, string? ipv4, string? ipv6) =>
        transaction.ExecuteAsync(
            """
            UPDATE machines SET server_id = @serverId, server_type = @serverType, location = @location, ipv4 = @ipv4, ipv6 = @ipv6,
              status = 'cloud_init', updated_at = @now
            WHERE subject = @subject
            """,
            new { subject, serverId, serverType, location, ipv4, ipv6, now = time.GetUtcNow() });

    /// <summary>What type the server is from now on, and what a new one would be.</summary>
    internal Task SetTypeAsync(Transaction transaction, string subject, string? serverType, string? resizedTo) => transaction.ExecuteAsync(
        "UPDATE machines SET server_type = @serverType, resized_to = @resizedTo, updated_at = @now WHERE subject = @subject",
        new { subject, serverType, resizedTo, now = time.GetUtcNow() });

    /// <summary>Begins a new life on the same server: what the machine said of itself in the former one does not count any more.</summary>
    internal Task RegisterAgainAsync(Transaction transaction, string subject, string operationId, string bootTokenHash, string? tailscaleHostname) =>
        transaction.ExecuteAsync(
            """
            UPDATE machines SET status = 'creating', operation_id = @operationId, boot_token_hash = @bootTokenHash, tailscale_hostname = @tailscaleHostname,
              host_key = NULL, boot_status = NULL, boot_message = NULL, tailscale_node_id = NULL, tailscale_ip = NULL, updated_at = @now
            WHERE subject = @subject
            """,
            new { subject, operationId, bootTokenHash, tailscaleHostname, now = time.GetUtcNow() });

    /// <summary>The new life did not begin: everything counts again as it did.</summary>
    internal Task RestoreAsync(Transaction transaction, string subject, FormerMachine former) => transaction.ExecuteAsync(
        """
        UPDATE machines SET status = @Status, operation_id = @OperationId, boot_token_hash = @BootTokenHash, host_key = @HostKey, boot_status = @BootStatus,
          boot_message = NULL, tailscale_hostname = @TailscaleHostname, tailscale_node_id = @TailscaleNodeId, tailscale_ip = @TailscaleIp, updated_at = @now
        WHERE subject = @subject
        """,
        new
        {
            subject,
            former.Status,
            former.OperationId,
            former.BootTokenHash,
            former.HostKey,
            former.BootStatus,
            former.TailscaleHostname,
            former.TailscaleNodeId,
            former.TailscaleIp,
            now = time.GetUtcNow(),
        });

    internal Task SetTailscaleAsync(Transaction transaction, string subject, string nodeId, string? ip) => transaction.ExecuteAsync(
        "UPDATE machines SET tailscale_node_id = @nodeId, tailscale_ip = @ip, updated_at = @now WHERE subject = @subject",
        new { subject, nodeId, ip, now = time.GetUtcNow() });

    internal Task SetRunningAsync(Transaction transaction, string subject)
    {
        var now = time.GetUtcNow();
        return transaction.ExecuteAsync(
            """
            UPDATE machines SET status = 'running', started_at = @now, stopped_at = NULL, updated_at = @now
            WHERE subject = @subject
            """,
            new { subject, now });
    }

    internal Task SetStoppedAsync(Transaction transaction, string subject) => transaction.ExecuteAsync(
        "UPDATE machines SET status = 'stopped', stopped_at = @now, updated_at = @now WHERE subject = @subject", new { subject, now = time.GetUtcNow() });

    internal Task SetGoneAsync(Transaction transaction, string subject) => transaction.ExecuteAsync(
        "UPDATE machines SET status = 'gone', boot_token_hash = NULL, updated_at = @now WHERE subject = @subject", new { subject, now = time.GetUtcNow() });

    internal static Task<Machine?> FindByBootTokenAsync(Transaction transaction, string hash) =>
        transaction.FirstOrDefaultAsync<Machine>("SELECT * FROM machines WHERE boot_token_hash = @hash", new { hash });

    /// <summary>Pins the host key of a machine that has none yet; a pinned key is never replaced here.</summary>
    internal async Task<bool> PinHostKeyAsync(Transaction transaction, string subject, string hostKey) =>
        await transaction.ExecuteAsync(
            "UPDATE machines SET host_key = @hostKey, updated_at = @now WHERE subject = @subject AND (host_key IS NULL OR host_key = @hostKey)",
            new { subject, hostKey, now = time.GetUtcNow() }) == 1;

    internal Task SetBootAsync(Transaction transaction, string subject, string status, string? message, string? nodeId, string? ip) => transaction.ExecuteAsync(
        """
        UPDATE machines SET boot_status = @status, boot_message = @message, tailscale_node_id = COALESCE(@nodeId, tailscale_node_id),
          tailscale_ip = COALESCE(@ip, tailscale_ip), updated_at = @now
        WHERE subject = @subject
        """,
        new { subject, status, message, nodeId, ip, now = time.GetUtcNow() });
}
