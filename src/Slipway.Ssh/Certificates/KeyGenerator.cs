using System.Security.Cryptography;

namespace Slipway.Ssh;

/// <summary>Has ssh-keygen make ed25519 keys, which .NET cannot. The private key comes through a pipe; no file ever holds it.</summary>
internal static class KeyGenerator
{
    private const int LongestAnswer = 4096;

    /// <summary>Makes a key and gives it to <paramref name="use"/>, as the text of a private key file too; afterwards both are wiped.</summary>
    /// <exception cref="SshException"><see cref="SshFailure.ClientFailed"/>: ssh-keygen failed or made something else.</exception>
    public static async Task<T> GenerateAsync<T>(
        SshTools tools, WorkDirectory files, string comment, Func<Ed25519KeyPair, ReadOnlyMemory<byte>, Task<T>> use, CancellationToken ct)
    {
        // ssh-keygen writes to the "file" it is told, here its own standard output, after asking whether to overwrite it.
        File.CreateSymbolicLink(files.File("key"), "/dev/stdout");
        File.CreateSymbolicLink(files.File("key.pub"), "/dev/null");
        var info = ChildProcess.Describe(
            tools.Command(tools.SshKeygen), ["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", files.File("key")]);
        var answer = new byte[LongestAnswer];
        try
        {
            var (exitCode, length, stderr) = await ChildProcess.RunAsync(info, "y\n"u8.ToArray(), answer, ct);
            var start = answer.AsSpan(0, length).IndexOf("-----BEGIN "u8);
            if (exitCode != 0 || start < 0)
            {
                throw new SshException(SshFailure.ClientFailed, "", $"ssh-keygen made no key (exit code {exitCode}): {stderr}");
            }

            var text = answer.AsMemory(start, length - start);
            using var key = Read(text.Span);
            return await use(key, text);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(answer);
        }
    }

    private static Ed25519KeyPair Read(ReadOnlySpan<byte> text)
    {
        try
        {
            return Ed25519KeyPair.Read(text);
        }
        catch (FormatException exception)
        {
            throw new SshException(SshFailure.ClientFailed, "", $"ssh-keygen was asked for an ed25519 key and made something else. {exception.Message}", exception);
        }
    }
}
