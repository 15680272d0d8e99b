using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Slipway.LocalCloud.Machines.Nspawn;

/// <summary>What one machine has written over the image, and the files the driver puts there before the first boot.</summary>
internal sealed class MachineDisk(string directory, ToolRunner tools)
{
    private const int ConsoleLimit = 1024 * 1024;

    public string Directory => directory;

    private static TimeSpan CopyPatience { get; } = TimeSpan.FromMinutes(5);

    /// <summary>What the machine has written over the image.</summary>
    public string Upper => Path.Combine(directory, "upper");

    private string ConsoleFile => Path.Combine(directory, "console.log");

    /// <summary>Makes the disk as new: nothing but the image and what the specification says.</summary>
    public async Task ResetAsync(MachineSpec spec, string image, string? snapshot, Uri? controlUrl)
    {
        await DeleteAsync();
        RootFile.CreateDirectory(directory);
        if (snapshot is not null)
        {
            await CopyTreeAsync(snapshot, Path.Combine(directory, "upper"), CancellationToken.None);
            // Two machines with one id would be taken for one; cloud-init makes new host keys, as it sees a new instance.
            RootFile.Write(Path.Combine(directory, "upper"), "etc/machine-id", "");
        }

        foreach (var part in (string[])["upper", "work", "root", "network"])
        {
            RootFile.CreateDirectory(Path.Combine(directory, part));
        }

        var upper = Upper;
        // A link, so that no path of this computer has to be escaped in a mount option.
        File.CreateSymbolicLink(Path.Combine(directory, "image"), image);
        RootFile.Write(upper, "etc/hostname", $"{spec.Hostname}\n");
        RootFile.Write(upper, "etc/hosts", $"127.0.0.1 localhost\n127.0.1.1 {spec.Hostname}\n::1 localhost\n");
        RootFile.Write(upper, "etc/slipway-local/server-id", $"{spec.ServerId}\n");
        WriteControlUrl(controlUrl);
        var metadata = new NoCloudMetadata(spec.InstanceId, spec.Hostname, spec.AuthorizedKeys);
        RootFile.Write(
            upper,
            "var/lib/cloud/seed/nocloud/meta-data",
            JsonSerializer.Serialize(metadata, NspawnJson.Default.NoCloudMetadata));
        RootFile.Write(upper, "var/lib/cloud/seed/nocloud/user-data", UserData.Decode(spec.UserData ?? ""));
    }

    /// <summary>Whether there is a disk at all.</summary>
    public bool Exists => System.IO.Directory.Exists(Upper);

    /// <summary>Says where this LocalCloud is now: it may have been another address in its last life.</summary>
    public void WriteControlUrl(Uri? controlUrl) => RootFile.Write(Upper, "etc/slipway-local/control-url", $"{controlUrl}\n");

    /// <summary>Says which address the next boot has. Kept beside the disk: the machine could have made a link of any directory on it.</summary>
    public void WriteNetwork(string? address, string gateway)
    {
        var addresses = address is null ? "" : $"Address={address}/24\nGateway={gateway}\n";
        // Sorts before systemd's own 80-container-host0.network, which would ask for DHCP.
        RootFile.Write(directory, "network/10-host0.network", $"[Match]\nName=host0\n[Network]\n{addresses}LinkLocalAddressing=no\n");
    }

    /// <summary>Copies what the machine has written, to start others from.</summary>
    /// <returns>Its size in bytes.</returns>
    public async Task<long> CopyToAsync(string snapshot, CancellationToken cancellationToken)
    {
        await CopyTreeAsync(Path.Combine(directory, "upper"), snapshot, cancellationToken);
        var sizes = await tools.RunAsync("du", ["--summarize", "--bytes", "--", snapshot], cancellationToken, timeout: CopyPatience);
        return long.Parse(sizes.Split('\t')[0], CultureInfo.InvariantCulture);
    }

    public Task DeleteAsync() => tools.RemoveTreeAsync(directory);

    public async Task<string> ReadConsoleAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(ConsoleFile))
        {
            return "";
        }

        await using var file = new FileStream(ConsoleFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Seek(-Math.Min(ConsoleLimit, file.Length), SeekOrigin.End);
        using var reader = new StreamReader(file, Encoding.UTF8);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    // With owners, device nodes and extended attributes: that is how an overlay says what was deleted.
    private Task CopyTreeAsync(string from, string to, CancellationToken cancellationToken) =>
        tools.RunAsync("cp", ["--archive", "--reflink=auto", "--no-target-directory", "--", from, to], cancellationToken, timeout: CopyPatience);
}
