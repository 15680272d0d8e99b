using Slipway.Storage;

namespace Slipway.Machines.Authorities;

/// <summary>The SQL of SSH authorities, and of who trusts which.</summary>
public sealed class SshAuthorityStore(Database database, TimeProvider time)
{
    /// <summary>A machine's row counts for the life it was written in; without one, it was born when there was only the first.</summary>
    private const string Trusts = """
        SELECT m.subject, m.status, COALESCE(t.trusted, '1') AS trusted, t.error
        FROM machines m LEFT JOIN machine_authorities t ON t.subject = m.subject AND t.operation_id = m.operation_id
        """;

    /// <summary>With the rows of former lives too, as long as the present one has not come to rest: until then a former one may be taken up again.</summary>
    private const string TrustsInAnyLife = """
        SELECT m.subject, m.status, COALESCE(t.trusted, '1') AS trusted, t.error
        FROM machines m LEFT JOIN machine_authorities t ON t.subject = m.subject AND (t.operation_id = m.operation_id OR m.status NOT IN ('running', 'stopped'))
        """;

    private const string Living = " WHERE m.status NOT IN ('destroying', 'gone') AND (m.server_id IS NOT NULL OR t.subject IS NOT NULL)";

    /// <summary>All there ever were, the oldest first.</summary>
    public Task<IReadOnlyList<SshAuthority>> ListAsync(CancellationToken cancellationToken = default) =>
        database.QueryAsync<SshAuthority>("SELECT * FROM ssh_authorities ORDER BY number", cancellationToken: cancellationToken);

    /// <summary>Every machine there is, and one that is being made as soon as it has been told whom to trust.</summary>
    public Task<IReadOnlyList<MachineTrust>> ListMachinesAsync(CancellationToken cancellationToken = default) => database.QueryAsync<MachineTrust>(
        Trusts + Living + " ORDER BY m.subject", cancellationToken: cancellationToken);

    /// <summary>The numbers of the authorities a machine trusts.</summary>
    internal async Task<IReadOnlyList<long>> TrustedByAsync(Machine machine, CancellationToken cancellationToken) => MachineTrust.Parse(
        await FindAsync(machine, cancellationToken) ?? MachineTrust.First);

    /// <summary>Whom a machine that is being made is to trust; decided now if whoever registered it knew nothing of that.</summary>
    internal async Task<IReadOnlyList<long>> DecidedForAsync(Machine machine, CancellationToken cancellationToken)
    {
        if (await FindAsync(machine, cancellationToken) is { } decided)
        {
            return MachineTrust.Parse(decided);
        }

        await database.WriteAsync(transaction => DecideAsync(transaction, machine.Subject, machine.OperationId), cancellationToken);
        return await TrustedByAsync(machine, cancellationToken);
    }

    /// <summary>Decides whom a machine that is made from nothing trusts; what its former lives did is forgotten.</summary>
    internal async Task DecideAnewAsync(Transaction transaction, string subject, string operationId)
    {
        await transaction.ExecuteAsync("DELETE FROM machine_authorities WHERE subject = @subject AND operation_id <> @operationId", new { subject, operationId });
        await DecideAsync(transaction, subject, operationId);
    }

    /// <summary>Decides whom a machine trusts from birth, once for each of its lives.</summary>
    internal async Task DecideAsync(Transaction transaction, string subject, string operationId)
    {
        // Before the authorities are read: a drop that is under way is waited for, or waits for this.
        await transaction.ExecuteAsync(
            """
            INSERT INTO machine_authorities (subject, operation_id, trusted, due_at, updated_at) VALUES (@subject, @operationId, '', 0, @now)
            ON CONFLICT DO NOTHING
            """,
            new { subject, operationId, now = time.GetUtcNow() });
        var numbers = await transaction.QueryAsync<long>("SELECT number FROM ssh_authorities WHERE dropped_at IS NULL");
        await transaction.ExecuteAsync(
            "UPDATE machine_authorities SET trusted = @present WHERE subject = @subject AND operation_id = @operationId AND trusted = ''",
            new { present = numbers.Count == 0 ? MachineTrust.First : MachineTrust.Join(numbers), subject, operationId });
    }

    /// <returns>False when there is one of that number already.</returns>
    internal async Task<bool> AddAsync(Transaction transaction, long number, string publicKey) => await transaction.ExecuteAsync(
        "INSERT INTO ssh_authorities (number, id, public_key, created_at) VALUES (@number, @id, @publicKey, @now) ON CONFLICT DO NOTHING",
        new { number, id = SshAuthority.IdOf(publicKey), publicKey, now = time.GetUtcNow() }) == 1;

    /// <summary>Those that nothing could be signed for without an authority.</summary>
    internal async Task<IReadOnlyList<MachineTrust>> ListNeedingAsync(Transaction transaction, long number)
    {
        // A machine whose document is being made meanwhile has its row either before this or after what follows.
        await transaction.ExecuteAsync(database.IsSingleNode ? "SELECT 1" : "LOCK TABLE machine_authorities IN SHARE ROW EXCLUSIVE MODE");
        var others = (await transaction.QueryAsync<long>("SELECT number FROM ssh_authorities WHERE dropped_at IS NULL AND number <> @number", new { number })).ToHashSet();
        return [.. (await transaction.QueryAsync<MachineTrust>(TrustsInAnyLife + Living + " ORDER BY m.subject")).Where(m => !m.Numbers.Any(others.Contains)).DistinctBy(m => m.Subject)];
    }

    internal Task MarkDroppedAsync(Transaction transaction, long number) => transaction.ExecuteAsync(
        "UPDATE ssh_authorities SET dropped_at = @now WHERE number = @number AND dropped_at IS NULL", new { number, now = time.GetUtcNow() });

    /// <summary>Running machines that trust others than they should and that nobody is at.</summary>
    internal Task<IReadOnlyList<Machine>> ListBehindAsync(string wanted, int limit, CancellationToken cancellationToken) => database.QueryAsync<Machine>(
        """
        SELECT m.* FROM machines m LEFT JOIN machine_authorities t ON t.subject = m.subject AND t.operation_id = m.operation_id
        WHERE m.status = 'running' AND m.host_key IS NOT NULL AND COALESCE(t.trusted, '1') <> @wanted AND COALESCE(t.due_at, 0) <= @now
        ORDER BY COALESCE(t.due_at, 0), m.subject LIMIT @limit
        """,
        new { wanted, now = time.GetUtcNow(), limit },
        cancellationToken);

    /// <summary>Has a machine to oneself for a while.</summary>
    /// <returns>False when somebody else has it.</returns>
    internal Task<bool> ClaimAsync(Machine machine, TimeSpan until, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return database.WriteAsync(
            async transaction => await transaction.ExecuteAsync(
                """
                INSERT INTO machine_authorities (subject, operation_id, trusted, due_at, updated_at)
                SELECT subject, operation_id, '1', @until, @now FROM machines WHERE subject = @Subject AND operation_id = @OperationId
                ON CONFLICT (subject, operation_id) DO UPDATE SET due_at = excluded.due_at
                WHERE machine_authorities.due_at <= @now
                """,
                new { machine.Subject, machine.OperationId, until = now + until, now }) == 1,
            cancellationToken);
    }

    /// <summary>What a machine was seen to trust, and who has it no more.</summary>
    internal Task RecordAsync(Machine machine, string trusted, CancellationToken cancellationToken) => database.WriteAsync(
        transaction => transaction.ExecuteAsync(
            "UPDATE machine_authorities SET trusted = @trusted, error = NULL, due_at = @now, updated_at = @now WHERE subject = @Subject AND operation_id = @OperationId",
            new { trusted, machine.Subject, machine.OperationId, now = time.GetUtcNow() }),
        cancellationToken);

    internal Task RecordFailureAsync(Machine machine, string error, TimeSpan pause, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return database.WriteAsync(
            transaction => transaction.ExecuteAsync(
                "UPDATE machine_authorities SET error = @error, due_at = @due, updated_at = @now WHERE subject = @Subject AND operation_id = @OperationId",
                new { error, due = now + pause, machine.Subject, machine.OperationId, now }),
            cancellationToken);
    }

    private Task<string?> FindAsync(Machine machine, CancellationToken cancellationToken) => database.FirstOrDefaultAsync<string>(
        "SELECT trusted FROM machine_authorities WHERE subject = @Subject AND operation_id = @OperationId", new { machine.Subject, machine.OperationId }, cancellationToken);
}
