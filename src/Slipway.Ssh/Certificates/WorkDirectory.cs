using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Slipway.Ssh;

/// <summary>A private directory (0700) of this process, in memory where the system has such a place, gone on dispose.</summary>
internal sealed partial class WorkDirectory : IDisposable
{
    public const string AuthoritySocket = "authority.sock";
    private const string Prefix = "slipway-ssh-";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int LongestSocketPath = 107;
    private const UnixFileMode Shared = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private WorkDirectory(string path) => DirectoryPath = path;

    public string DirectoryPath { get; }

    public static WorkDirectory Create(SshOptions options)
    {
        if (options.WorkDirectory is { } chosen)
        {
            return CreateIn(MakePrivate(chosen));
        }

        foreach (var candidate in Candidates())
        {
            try
            {
                return CreateIn(candidate);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
            {
                // Not there, not ours, or with an unusable name: the next one.
            }
        }

        throw new ArgumentException("No runtime or temporary directory can be written. Set SshOptions.WorkDirectory.", nameof(options));
    }

    /// <summary>A directory inside, for one connection.</summary>
    public WorkDirectory CreateInner() => new(MakePrivate(NewPath(DirectoryPath)));

    public string File(string name) => Path.Combine(DirectoryPath, name);

    public void Dispose() => Delete(DirectoryPath);

    private static void Delete(string directory)
    {
        try
        {
            Directory.Delete(directory, recursive: true);
        }
        catch (Exception exception) when (exception is DirectoryNotFoundException or FileNotFoundException)
        {
            // Somebody else was faster: its parent's dispose, or another process that found it left over.
        }
    }

    private static WorkDirectory CreateIn(string parent)
    {
        var path = NewPath(parent);
        if (path.Length + 1 + AuthoritySocket.Length + SshAgent.StartingSuffix.Length > LongestSocketPath || !Plain().IsMatch(path))
        {
            throw new ArgumentException(
                $"The SSH work directory '{parent}' is not usable: sockets in it must have paths of at most {LongestSocketPath} bytes, of letters, digits and /._+- only.", nameof(parent));
        }

        RemoveLeftovers(parent);
        return new WorkDirectory(MakePrivate(path));
    }

    private static string MakePrivate(string path) => OperatingSystem.IsWindows()
        ? throw new PlatformNotSupportedException("Slipway.Ssh needs Unix sockets and file modes. Run it on Linux.")
        : Directory.CreateDirectory(path, OwnerOnly).FullName;

    private static string NewPath(string parent) => Path.Combine(parent, Prefix + RandomNumberGenerator.GetHexString(12, lowercase: true));

    private static IEnumerable<string> Candidates()
    {
        string?[] candidates =
        [
            Environment.GetEnvironmentVariable("RUNTIME_DIRECTORY")?.Split(':')[0],
            Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR"),
            "/dev/shm",
        ];
        return candidates.OfType<string>().Append(Path.GetTempPath());
    }

    /// <summary>Removes what a killed process left: a directory whose agents have all ended. Only in a directory no one else can write:
    /// elsewhere a stranger could swap what is being removed. What cannot be judged stays; it may be somebody else's.</summary>
    private static void RemoveLeftovers(string parent)
    {
        if (OperatingSystem.IsWindows() || (System.IO.File.GetUnixFileMode(parent) & Shared) != UnixFileMode.None)
        {
            return;
        }

        foreach (var directory in Directory.EnumerateDirectories(parent, Prefix + "*"))
        {
            if (System.IO.File.Exists(Path.Combine(directory, AuthoritySocket)) && Sockets(directory).All(IsAbandoned))
            {
                Delete(directory);
            }
        }
    }

    private static string[] Sockets(string directory)
    {
        try
        {
            return Directory.GetFiles(directory, "*.sock");
        }
        catch (DirectoryNotFoundException)
        {
            // Its owner removed it just now; nothing is left to judge or to delete.
            return [];
        }
    }

    private static bool IsAbandoned(string socketPath)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(socketPath));
            return false;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode == SocketError.ConnectionRefused;
        }
    }

    [GeneratedRegex(@"^/[A-Za-z0-9/._+-]+\z", RegexOptions.None, 1000)]
    private static partial Regex Plain();
}
