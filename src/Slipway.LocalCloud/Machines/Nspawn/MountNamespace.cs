using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Slipway.LocalCloud.Machines.Nspawn;

/// <summary>Mounts in a running machine, whose mounts are cut off from this computer's.</summary>
/// <remarks>
/// Done by system calls on a thread of its own that lives in the machine's namespace and ends there: no program of the machine is
/// ever run with this computer's rights. The call numbers are the same on every architecture.
/// </remarks>
internal static class MountNamespace
{
    private const long OpenTree = 428;
    private const long MoveMount = 429;
    private const int AtFdcwd = -100;
    private const int OpenTreeCloneCloexec = 1 | 0x80000;
    private const int MoveMountFromEmptyPath = 4;
    private const int CloneNewns = 0x20000;
    private const int CloneFs = 0x200;
    private const int DirectoryCloexec = 0x80000;
    private const int UnmountDetachNoFollow = 2 | 8;
    private const int Einval = 22;
    private const int Enoent = 2;

    /// <summary>Mounts a directory of this computer at a path of the machine.</summary>
    public static Task MountAsync(int pid, string directory, string target) => RunInsideAsync(
        pid,
        before: () => Check((int)syscall(OpenTree, AtFdcwd, directory, OpenTreeCloneCloexec), $"open {directory}"),
        inside: tree =>
        {
            Directory.CreateDirectory(target);
            _ = Check((int)syscall(MoveMount, tree, "", AtFdcwd, target, MoveMountFromEmptyPath), $"mount {target}");
        });

    /// <summary>Takes the mount away, even if it is in use; none is no error.</summary>
    public static Task UnmountAsync(int pid, string target) => RunInsideAsync(
        pid,
        before: () => -1,
        inside: _ =>
        {
            if (umount2(target, UnmountDetachNoFollow) != 0 && Marshal.GetLastPInvokeError() is not (Einval or Enoent))
            {
                throw Failure($"unmount {target}");
            }
        });

    private static Task RunInsideAsync(int pid, Func<int> before, Action<int> inside)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            int thing = -1, root = -1, space = -1;
            try
            {
                var process = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}");
                thing = before();
                root = Check(open($"{process}/root", DirectoryCloexec), $"open the root of process {pid}");
                space = Check(open($"{process}/ns/mnt", DirectoryCloexec), $"open the mounts of process {pid}");
                _ = Check(unshare(CloneFs), "unshare");
                _ = Check(setns(space, CloneNewns), $"enter the mounts of process {pid}");
                _ = Check(fchdir(root), "fchdir");
                _ = Check(chroot("."), "chroot");
                inside(thing);
                done.SetResult();
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
            finally
            {
                _ = (close(thing), close(root), close(space));
            }
        })
        { IsBackground = true, Name = "mount" }.Start();
        return done.Task;
    }

    private static int Check(int result, string what) => result >= 0 ? result : throw Failure(what);

    private static InvalidOperationException Failure(string what)
    {
        var reason = new Win32Exception(Marshal.GetLastPInvokeError());
        return new InvalidOperationException($"Could not {what}: {reason.Message}.", reason);
    }

    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern long syscall(long number, int directory, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern long syscall(
        long number, int fromDirectory, [MarshalAs(UnmanagedType.LPUTF8Str)] string fromPath, int toDirectory,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string toPath, int flags);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int umount2([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int chroot([MarshalAs(UnmanagedType.LPUTF8Str)] string path);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int unshare(int flags);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int setns(int descriptor, int type);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fchdir(int descriptor);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int close(int descriptor);
}
