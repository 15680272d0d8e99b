using System.Runtime.InteropServices;
using System.Text;

namespace Slipway.Secrets;

/// <summary>The key file: made once, whole or not at all, readable by its owner only.</summary>
public static class MasterKeyFile
{
    private const int AlreadyExists = 17;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode OpenToOthers =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    internal static KeyRing LoadOrCreate(string path, bool mayCreate)
    {
        try
        {
            if (!File.Exists(path))
            {
                if (!mayCreate)
                {
                    throw new MasterKeyException(
                        $"The master key file {path} is gone, but secrets encrypted with it are stored. Put it back from your backup; a new key could not read them.");
                }

                Create(path);
            }

            return Load(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new MasterKeyException($"The master key file {path} cannot be used: {error.Message}", error);
        }
    }

    /// <summary>Puts a ring in the place of the file's, whole or not at all.</summary>
    public static void Replace(string path, KeyRing ring)
    {
        var draft = WriteDraft(path, string.Concat(ring.All.Select(key => key.Reveal() + "\n")));
        try
        {
            File.Move(draft, path, overwrite: true);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }

    private static KeyRing Load(string path)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & OpenToOthers) != UnixFileMode.None)
        {
            throw new MasterKeyException(
                $"The master key file {path} can be read by others on this machine. Close it with 'chmod 600 {path}', and rotate the key if it may have been seen.");
        }

        return KeyRing.Parse(File.ReadAllText(path), $"The master key file {path}");
    }

    private static void Create(string path)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
        }
        else
        {
            Directory.CreateDirectory(directory, OwnerOnly | UnixFileMode.UserExecute);
        }

        // Written aside and put in place whole, so that a crash leaves no half a key, and never in the place of another: of
        // two servers that start at once, one makes the key and both use it.
        var draft = WriteDraft(path, MasterKey.Create().Reveal() + "\n");
        try
        {
            PutInPlace(draft, path);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    private static string WriteDraft(string path, string text)
    {
        var draft = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, Path.GetRandomFileName());
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        try
        {
            using var file = new FileStream(draft, options);
            file.Write(Encoding.ASCII.GetBytes(text));
            file.Flush(flushToDisk: true);
            return draft;
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }

    private static void PutInPlace(string draft, string path)
    {
        if (OperatingSystem.IsWindows())
        {
            try
            {
                File.Move(draft, path, overwrite: false);
            }
            catch (IOException) when (File.Exists(path))
            {
                // The other server was first.
            }

            return;
        }

        // File.Move looks first and then replaces; only a hard link fails, in one step, when the name is taken.
        if (Link(draft, path) != 0 && Marshal.GetLastPInvokeError() is not AlreadyExists and var error)
        {
            throw new IOException(Marshal.GetPInvokeErrorMessage(error));
        }
    }

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Link([MarshalAs(UnmanagedType.LPUTF8Str)] string from, [MarshalAs(UnmanagedType.LPUTF8Str)] string to);
}
