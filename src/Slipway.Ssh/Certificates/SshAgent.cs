using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Slipway.Ssh;

/// <summary>One ssh-agent process of our own and its protocol (draft-ietf-sshm-ssh-agent).</summary>
internal sealed class SshAgent : IAsyncDisposable
{
    public const string StartingSuffix = ".new";
    private const byte Success = 6;
    private const byte RequestIdentities = 11;
    private const byte IdentitiesAnswer = 12;
    private const byte SignRequest = 13;
    private const byte SignResponse = 14;
    private const byte RemoveIdentity = 18;
    private const byte AddIdentityConstrained = 25;
    private const byte LifetimeConstraint = 1;
    private const uint RsaSha512 = 4;
    private const int LongestAnswer = 256 * 1024;
    private readonly Process _process;
    private readonly Task _drained;

    private SshAgent(Process process, string socketPath)
    {
        _process = process;
        SocketPath = socketPath;
        // A full pipe would stop the agent the day it complains for the sixty-fifth kilobyte.
        _drained = Task.WhenAll(
            process.StandardOutput.BaseStream.CopyToAsync(Stream.Null), process.StandardError.BaseStream.CopyToAsync(Stream.Null));
    }

    public string SocketPath { get; }

    public int ProcessId => _process.Id;

    /// <summary>Returns when the agent listens: it prints its socket's name right after.</summary>
    public static async Task<SshAgent> StartAsync(SshTools tools, string socketPath, CancellationToken cancellationToken)
    {
        var process = await ProcessStarter.StartAsync(ChildProcess.Describe(tools.Command(tools.SshAgent), ["-D", "-a", socketPath + StartingSuffix]));
        try
        {
            process.StandardInput.Close();
            if (await process.StandardOutput.ReadLineAsync(cancellationToken) is null)
            {
                var said = await process.StandardError.ReadToEndAsync(cancellationToken);
                throw new SshException(SshFailure.ClientFailed, "", $"ssh-agent did not start: {said}");
            }

            // Whoever sees the final name can rely on somebody listening; see WorkDirectory.
            File.Move(socketPath + StartingSuffix, socketPath);
            return new SshAgent(process, socketPath);
        }
        catch
        {
            ChildProcess.Kill(process);
            process.Dispose();
            throw;
        }
    }

    /// <summary>The public keys the agent holds.</summary>
    public async Task<IReadOnlyList<byte[]>> ListAsync(CancellationToken cancellationToken)
    {
        var answer = await AskAsync([RequestIdentities], IdentitiesAnswer, "list its keys", cancellationToken);
        var reader = new SshReader(answer);
        var keys = new List<byte[]>();
        for (var left = reader.UInt32(); left > 0; left--)
        {
            keys.Add(reader.String().ToArray());
            _ = reader.String();
        }

        return keys;
    }

    public async Task<byte[]> SignAsync(byte[] publicKey, byte[] data, CancellationToken cancellationToken)
    {
        var flags = publicKey.AsSpan().StartsWith(new SshWriter().String("ssh-rsa").ToArray()) ? RsaSha512 : 0;
        var request = new SshWriter().Byte(SignRequest).String(publicKey).String(data).UInt32(flags).ToArray();
        return new SshReader(await AskAsync(request, SignResponse, "sign", cancellationToken)).String().ToArray();
    }

    /// <summary>Hands over a private key, which the agent forgets by itself after its lifetime; the array is wiped.</summary>
    public async Task AddAsync(byte[] privateKey, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        var seconds = (uint)Math.Max(1, Math.Ceiling(lifetime.TotalSeconds));
        byte[] request = [AddIdentityConstrained, .. privateKey, .. new SshWriter().Byte(LifetimeConstraint).UInt32(seconds).ToArray()];
        try
        {
            await AskAsync(request, Success, "take a key", cancellationToken);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(request);
            CryptographicOperations.ZeroMemory(privateKey);
        }
    }

    public Task RemoveAsync(byte[] publicKey, CancellationToken cancellationToken) =>
        AskAsync(new SshWriter().Byte(RemoveIdentity).String(publicKey).ToArray(), Success, "remove a key", cancellationToken);

    public async ValueTask DisposeAsync()
    {
        ChildProcess.Kill(_process);
        await _process.WaitForExitAsync();
        await _drained;
        _process.Dispose();
    }

    private async Task<byte[]> AskAsync(byte[] request, byte expected, string what, CancellationToken cancellationToken)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), cancellationToken);
            await using var stream = new NetworkStream(socket);
            var length = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(length, request.Length);
            await stream.WriteAsync(length, cancellationToken);
            await stream.WriteAsync(request, cancellationToken);
            await stream.ReadExactlyAsync(length, cancellationToken);
            var answer = new byte[Math.Clamp(BinaryPrimitives.ReadInt32BigEndian(length), 1, LongestAnswer)];
            await stream.ReadExactlyAsync(answer, cancellationToken);
            return answer[0] == expected
                ? answer[1..]
                : throw new SshException(SshFailure.ClientFailed, "", $"ssh-agent refused to {what} (answer {answer[0]}).");
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            throw new SshException(
                SshFailure.ClientFailed, "", $"The private ssh-agent could not {what}: it has ended. Open the certificate authority again.", exception);
        }
    }
}
