using System.Text;

namespace Slipway.LocalCloud.Machines.Nspawn;

/// <summary>Writes below the root of a machine with the permissions a machine needs, whatever this process's umask is.</summary>
internal static class RootFile
{
    private const UnixFileMode Plain = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Executable = Plain | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static void Write(string root, string path, string content) => Write(root, path, Encoding.UTF8.GetBytes(content));

    /// <summary>Writes a file; one that begins as a script does becomes executable.</summary>
    public static void Write(string root, string path, byte[] content)
    {
        var file = Fresh(root, path);
        File.WriteAllBytes(file, content);
        SetMode(file, content is [(byte)'#', (byte)'!', ..] ? Executable : Plain);
    }

    public static void Link(string root, string path, string target) => File.CreateSymbolicLink(Fresh(root, path), target);

    public static void CreateDirectory(string path)
    {
        if (!Directory.Exists(path))
        {
            Directory.CreateDirectory(path);
            SetMode(path, Executable);
        }
    }

    /// <summary>A directory that only root of this computer can enter: there are other people's secrets on a machine's disk.</summary>
    public static void CreatePrivateDirectory(string path)
    {
        Directory.CreateDirectory(path);
        SetMode(path, Private);
    }

    // Deleted first: writing through a link of the machine would write to this computer's file of that name.
    private static string Fresh(string root, string path)
    {
        var directory = root;
        foreach (var part in path.Split('/')[..^1])
        {
            directory = Path.Combine(directory, part);
            if (new FileInfo(directory) is { Exists: true } or { LinkTarget: not null })
            {
                // A machine's copied disk may have anything here; through its link we would write to this computer.
                File.Delete(directory);
            }

            CreateDirectory(directory);
        }

        var file = Path.Combine(root, path);
        File.Delete(file);
        return file;
    }

    private static void SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }
    }
}
