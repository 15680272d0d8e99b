using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Slipway.LocalCloud.State;

/// <summary>The directory of one cloud's state: one file that is always whole, and the machines' disks beside it.</summary>
/// <remarks>The file is a line that says what it is and how its rest sums up, and one JSON document.</remarks>
internal sealed class StateDirectory : IDisposable
{
    private const string Magic = "slipway-local-state";
    private const int Format = 1;

    private readonly FileStream _lock;
    private byte[] _written = [];

    private StateDirectory(string path, FileStream held) => (Path, _lock) = (path, held);

    public string Path { get; }

    /// <summary>Where real machines' disks are.</summary>
    public string Machines => System.IO.Path.Combine(Path, "machines");

    /// <summary>What the last cloud here left; null in a new directory.</summary>
    public CloudState? Found { get; private set; }

    /// <summary>When its process was last seen alive.</summary>
    public DateTimeOffset LastAlive { get; private init; }

    private string StateFile => System.IO.Path.Combine(Path, "state.json");

    /// <summary>Takes the directory for this process and reads what is in it.</summary>
    /// <exception cref="LocalCloudOptionsException">It is somebody else's, or cannot be trusted; the message says what to do.</exception>
    public static StateDirectory Open(string path, string driver)
    {
        path = System.IO.Path.GetFullPath(path);
        Directory.CreateDirectory(path);
        var lockFile = System.IO.Path.Combine(path, "lock");
        var alive = File.Exists(lockFile) ? File.GetLastWriteTimeUtc(lockFile) : DateTime.UnixEpoch;
        var directory = new StateDirectory(path, Lock(lockFile, path)) { LastAlive = new DateTimeOffset(alive, TimeSpan.Zero) };
        try
        {
            directory.Found = directory.Read(driver);
            return directory;
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    /// <summary>Says that this process still lives, for a clock that runs faster than the file is written.</summary>
    public void Touch(DateTimeOffset now) => File.SetLastWriteTimeUtc(_lock.SafeFileHandle, now.UtcDateTime);

    /// <summary>Replaces the file at one instant; afterwards it survives the process, however that ends.</summary>
    public void Write(CloudState state)
    {
        var document = JsonSerializer.SerializeToUtf8Bytes(state, StateJson.Wire.CloudState);
        if (document.AsSpan().SequenceEqual(_written))
        {
            return;
        }

        var fresh = StateFile + ".new";
        using (var file = new FileStream(fresh, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0))
        {
            file.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Magic} {Format} {Sum(document)}\n")));
            file.Write(document);
            file.Flush(flushToDisk: true);
        }

        File.Move(fresh, StateFile, overwrite: true);
        _written = document;
    }

    public void Dispose() => _lock.Dispose();

    private static FileStream Lock(string file, string path)
    {
        try
        {
            var held = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            Restrict(path);
            return held;
        }
        catch (IOException taken)
        {
            throw new LocalCloudOptionsException(
                $"--state: another LocalCloud that runs uses {path} ({taken.Message}). Stop it, or give a directory of its own to each.");
        }
    }

    /// <summary>There are tokens, keys and whole disks in it.</summary>
    private static void Restrict(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private CloudState? Read(string driver)
    {
        if (!File.Exists(StateFile))
        {
            var strangers = Directory.EnumerateFileSystemEntries(Path).Select(e => System.IO.Path.GetFileName(e)).Where(e => e is not ("lock" or "state.json.new")).Order().ToList();
            return strangers.Count == 0
                ? null
                : throw new LocalCloudOptionsException(
                    $"--state: {Path} has no state.json but {string.Join(", ", strangers.Take(5))}, so it is no LocalCloud's, or its state was lost. Give an empty or a new directory, or put state.json back.");
        }

        var bytes = File.ReadAllBytes(StateFile);
        var end = bytes.AsSpan().IndexOf((byte)'\n');
        var head = Encoding.ASCII.GetString(bytes, 0, Math.Max(0, end)).Split(' ');
        if (head is not [Magic, var format, var sum] || !int.TryParse(format, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
        {
            throw Damaged("does not begin as one");
        }

        if (version > Format)
        {
            throw new LocalCloudOptionsException(
                $"--state: {StateFile} was written by a newer LocalCloud (format {version}; this one knows {Format}). Start that one, or give another directory.");
        }

        var document = bytes.AsSpan(end + 1);
        if (Sum(document) != sum)
        {
            throw Damaged("is not what was written");
        }

        var state = Parse(document);
        return state.Driver == driver
            ? state
            : throw new LocalCloudOptionsException(
                $"--state: {Path} is a state of --machines {state.Driver}, and its machines are no {driver} ones. Start with --machines {state.Driver}, or give another directory.");
    }

    private CloudState Parse(ReadOnlySpan<byte> document)
    {
        try
        {
            return JsonSerializer.Deserialize(document, StateJson.Wire.CloudState) ?? throw Damaged("is empty");
        }
        catch (JsonException wrong)
        {
            throw Damaged(wrong.Message);
        }
    }

    private LocalCloudOptionsException Damaged(string how) => new(
        $"--state: {StateFile} {how}, so it was damaged or is no state of a LocalCloud. Put back a copy of the whole directory, or give another one; nothing was changed.");

    private static string Sum(ReadOnlySpan<byte> document) => Convert.ToHexStringLower(SHA256.HashData(document));
}
