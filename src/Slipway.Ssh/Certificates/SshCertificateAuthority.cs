using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Slipway.Ssh;

/// <summary>
/// Issues the user certificates connections are made with: for one machine, one command and a few minutes each. The authority's private key
/// is held by an ssh-agent process of its own and is never written to a file; the agent ends with this object or with this process.
/// </summary>
/// <remarks>The keys of running connections are in a second agent, so that <c>ssh</c> itself never gets to see the authority's.</remarks>
public sealed partial class SshCertificateAuthority : IAsyncDisposable
{
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);
    private readonly SshOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly SshAgent _authority;
    private readonly SshAgent _users;
    private readonly byte[] _publicKey;
    private int _disposed;

    private SshCertificateAuthority(
        SshOptions options, TimeProvider time, ILogger log, SshTools tools, WorkDirectory work, SshAgent authority, SshAgent users, byte[] publicKey)
    {
        (_options, _time, _log, Tools, Work, _authority, _users, _publicKey) = (options, time, log, tools, work, authority, users, publicKey);
        PublicKey = $"{Encoding.ASCII.GetString(new SshReader(publicKey).String())} {Convert.ToBase64String(publicKey)} {options.Identity}-ca";
    }

    /// <summary>The authority's public key as one line, to be installed on machines as <c>TrustedUserCAKeys</c>.</summary>
    public string PublicKey { get; }

    internal SshTools Tools { get; }

    internal WorkDirectory Work { get; }

    /// <summary>The processes that hold keys.</summary>
    internal IReadOnlyList<int> AgentProcessIds => [_authority.ProcessId, _users.ProcessId];

    /// <summary>Makes an ed25519 key pair for a new authority. The private key comes through a pipe; no file ever holds it.</summary>
    /// <exception cref="SshException"><see cref="SshFailure.ClientFailed"/>: ssh-keygen is missing or failed.</exception>
    public static async Task<SshKeyPair> GenerateKeyAsync(SshOptions options, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var tools = await SshTools.FindAsync(options, ct);
        using var work = WorkDirectory.Create(options);
        var comment = $"{options.Identity}-ca";
        return await KeyGenerator.GenerateAsync(
            tools,
            work,
            comment,
            (key, text) => Task.FromResult(new SshKeyPair($"{key.PublicLine} {comment}", Encoding.ASCII.GetString(text.Span))),
            ct);
    }

    /// <summary>Starts the agents and hands the private key to the first of them, through standard input of <c>ssh-add</c>.</summary>
    /// <param name="privateKey">An unencrypted private key as <see cref="GenerateKeyAsync"/> made it.</param>
    /// <param name="options">Where the programs are; how long certificates live.</param>
    /// <param name="timeProvider">The clock certificates are dated by; null is the system's.</param>
    /// <param name="loggerFactory">Gets one line per certificate: serial number, key id and end of validity, as sshd logs them too.</param>
    /// <param name="ct">Ends the attempt.</param>
    /// <exception cref="SshException"><see cref="SshFailure.ClientFailed"/>: a program is missing, or the key cannot be read.</exception>
    public static async Task<SshCertificateAuthority> OpenAsync(
        string privateKey,
        SshOptions options,
        TimeProvider? timeProvider = null,
        ILoggerFactory? loggerFactory = null,
        CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(privateKey);
        ArgumentNullException.ThrowIfNull(options);
        var tools = await SshTools.FindAsync(options, ct);
        var work = WorkDirectory.Create(options);
        var agents = new List<SshAgent>();
        try
        {
            agents.Add(await SshAgent.StartAsync(tools, work.File(WorkDirectory.AuthoritySocket), ct));
            agents.Add(await SshAgent.StartAsync(tools, work.File("users.sock"), ct));
            var publicKey = await LoadAsync(agents[0], privateKey, tools, ct);
            var log = (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger<SshCertificateAuthority>();
            return new SshCertificateAuthority(options, timeProvider ?? TimeProvider.System, log, tools, work, agents[0], agents[1], publicKey);
        }
        catch
        {
            foreach (var agent in agents)
            {
                await agent.DisposeAsync();
            }

            work.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Certifies somebody's own key for a shell with a terminal on one machine, without forwarding of any kind, for
    /// <see cref="SshOptions.CertificateLifetime"/>. The private key stays where it is. A session that was begun in time goes on after that.
    /// </summary>
    /// <param name="publicKey">An ed25519 public key as its <c>.pub</c> file holds it.</param>
    /// <param name="target">The machine; its <see cref="SshTarget.HostKeyAlias"/> is the only principal.</param>
    /// <param name="holder">Who gets it: the last part of the key id, which the machine's sshd writes to its log. Letters, digits, dot, dash, underscore.</param>
    /// <param name="ct">Ends the attempt.</param>
    /// <exception cref="FormatException">The public key is not an ed25519 key.</exception>
    /// <exception cref="ArgumentException">The target or the holder has characters it may not have.</exception>
    public async Task<ShellCertificate> CertifyShellAsync(string publicKey, SshTarget target, string holder, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentException.ThrowIfNullOrWhiteSpace(holder);
        target.ThrowIfInvalid();
        var key = SshHostKey.Parse(publicKey);
        if (key.Type != "ssh-ed25519")
        {
            throw new FormatException("Only an ed25519 key can be certified. Make one with ssh-keygen -t ed25519.");
        }

        if (!holder.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'))
        {
            throw new ArgumentException("The holder's name may have letters, digits, dots, dashes and underscores only.", nameof(holder));
        }

        // Length, type, length, key.
        var raw = Convert.FromBase64String(key.Base64)[^32..];
        var certificate = Describe(target, serial => $"{_options.Identity}/{target.HostKeyAlias}/{serial:x16}/{holder}", command: null);
        var signedPart = certificate.ToBeSigned(raw, _publicKey);
        var signed = UserCertificate.Signed(signedPart, await _authority.SignAsync(_publicKey, signedPart, ct));
        Log.CertificateIssued(_log, certificate.KeyId, certificate.ValidBefore);
        return new ShellCertificate($"{UserCertificate.CertificateType} {Convert.ToBase64String(signed)} {certificate.KeyId}", certificate.KeyId, certificate.ValidBefore);
    }

    /// <summary>Ends the agents, and with them the keys, and removes the work directory.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        await _authority.DisposeAsync();
        await _users.DisposeAsync();
        Work.Dispose();
    }

    /// <summary>
    /// Makes a key pair and a certificate that lets it run this one command on this one machine: ssh-keygen makes the key, the certificate is put
    /// together here, and the agent signs.
    /// </summary>
    internal async Task<IssuedCertificate> IssueAsync(SshTarget target, string command, CancellationToken ct)
    {
        using var files = Work.CreateInner();
        return await KeyGenerator.GenerateAsync(Tools, files, "", (key, _) => CertifyAsync(key, target, command, ct), ct);
    }

    private async Task<IssuedCertificate> CertifyAsync(Ed25519KeyPair key, SshTarget target, string command, CancellationToken ct)
    {
        var certificate = Describe(target, serial => $"{_options.Identity}/{target.HostKeyAlias}/{serial:x16}", command);
        var signedPart = certificate.ToBeSigned(key.PublicKey, _publicKey);
        var signed = UserCertificate.Signed(signedPart, await _authority.SignAsync(_publicKey, signedPart, ct));
        await _users.AddAsync(UserCertificate.ForAgent(signed, key, certificate.KeyId), _options.CertificateLifetime, ct);
        Log.CertificateIssued(_log, certificate.KeyId, certificate.ValidBefore);
        return new IssuedCertificate(certificate, signed, _users);
    }

    private UserCertificate Describe(SshTarget target, Func<ulong, string> keyId, string? command)
    {
        var now = _time.GetUtcNow();
        var serial = BinaryPrimitives.ReadUInt64BigEndian(RandomNumberGenerator.GetBytes(8));
        return new UserCertificate
        {
            Serial = serial,
            KeyId = keyId(serial),
            Principal = target.HostKeyAlias,
            ForcedCommand = command,
            ValidAfter = now - ClockSkew,
            ValidBefore = now + _options.CertificateLifetime,
        };
    }

    private static async Task<byte[]> LoadAsync(SshAgent agent, string privateKey, SshTools tools, CancellationToken ct)
    {
        var input = Encoding.ASCII.GetBytes(privateKey.ReplaceLineEndings("\n").TrimEnd() + "\n");
        try
        {
            // A key with a passphrase must fail at once instead of asking whoever owns the terminal.
            var info = ChildProcess.Describe(
                tools.Command(tools.SshAdd), ["-q", "-"],
                ("SSH_AUTH_SOCK", agent.SocketPath), ("SSH_ASKPASS", "/bin/false"), ("SSH_ASKPASS_REQUIRE", "force"));
            var result = await ChildProcess.RunAsync(info, input, 64 * 1024, ct);
            var keys = await agent.ListAsync(ct);
            return result.ExitCode == 0 && keys.Count == 1
                ? keys[0]
                : throw new SshException(
                    SshFailure.ClientFailed, "", $"ssh-add did not accept the authority's private key; give an unencrypted OpenSSH key. {result.Stderr}");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(input);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Issued SSH certificate {KeyId}, valid until {ValidBefore:u}")]
        public static partial void CertificateIssued(ILogger logger, string keyId, DateTimeOffset validBefore);
    }
}
