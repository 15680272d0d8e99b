using System.Security.Cryptography;
using System.Text;

namespace Slipway.LocalCloud.Machines.Simulated;

/// <summary>Answers scripts by their name, as a machine of ours would; what the script says is not looked at.</summary>
internal static class SimulatedExec
{
    public static ExecResult Run(SimulatedMachine machine, ExecRequest request)
    {
        lock (machine.Gate)
        {
            if (!machine.On)
            {
                throw new MachineUnavailableException("machine is off");
            }

            if (!machine.Reachable)
            {
                throw new MachineUnavailableException("machine is still booting");
            }

            return request.Name switch
            {
                "boot-report" => BootReport(machine.Disk),
                "prove-host-key" => ProveHostKey(machine.Disk, Stdin(request)),
                "place-files" => PlaceFiles(machine.Disk),
                "place-files-and-start" => PlaceFilesAndStart(machine, Stdin(request)),
                "place-authorities" => PlaceAuthorities(machine.Disk, Stdin(request)),
                "check-login" => Ok(""),
                "prepare-version" => PrepareVersion(Stdin(request)),
                "start-unit" => StartUnit(machine),
                "stop-unit" => StopUnit(machine),
                "check-unit" => new ExecResult(machine.UnitActive ? 0 : 3, machine.UnitActive ? "active\n" : "inactive\n", ""),
                "check-health" => machine is { UnitActive: true, Disk.Unwell: false } ? Ok("ok\n") : Failed(1, "the unit is not active\n"),
                "read-log" => Ok(Stdin(request).Trim().Length > 0 ? "" : $"{machine.Spec.Hostname} unit {(machine.UnitActive ? "started" : "stopped")}\n-- cursor: s=1;i=1\n"),
                "collect-evidence" => Ok(Evidence(machine)),
                var unknown => Failed(127, $"{unknown}: command not found\n"),
            };
        }
    }

    private static ExecResult BootReport(SimulatedDisk disk) => disk.Report is null
        ? Failed(1, "the boot has not reported yet\n")
        : Ok(string.Concat(disk.Report.Select(p => $"{p.Key}={p.Value}\n")) + $"host_key={disk.HostKey.Line}\n");

    /// <summary>The nonce comes in, the proof goes out; the token stays on the machine.</summary>
    private static ExecResult ProveHostKey(SimulatedDisk disk, string stdin)
    {
        var nonce = stdin.Split('\n')[0];
        if (nonce.Length == 0)
        {
            return Failed(2, "expected the nonce on standard input\n");
        }

        if (disk.Config.PhoneHomeUrl?.Segments[^1].Trim('/') is not { Length: > 0 } token)
        {
            return Failed(1, "no boot token is on this machine yet\n");
        }

        var proof = HMACSHA256.HashData(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes($"{nonce} {disk.HostKey.Line}"));
        var report = string.Concat((disk.Report ?? []).Select(p => $"{p.Key}={Escape(p.Value)}\n"));
        return Ok($"host_key={disk.HostKey.Line}\nproof={Convert.ToHexStringLower(proof)}\n{report}");
    }

    /// <summary>As the boot script keeps its report: one line a field.</summary>
    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    /// <summary>The first line is the generation of what follows.</summary>
    private static ExecResult PlaceAuthorities(SimulatedDisk disk, string lines)
    {
        disk.Authorities = lines[(lines.IndexOf('\n', StringComparison.Ordinal) + 1)..];
        return Ok("");
    }

    private static ExecResult PlaceFiles(SimulatedDisk disk)
    {
        disk.FilesPlaced = true;
        return Ok("");
    }

    /// <summary>As the control plane sends files: the fourth word of a line is the content.</summary>
    private static ExecResult PlaceFilesAndStart(SimulatedMachine machine, string files)
    {
        PlaceFiles(machine.Disk);
        machine.Disk.Unwell = files.Split('\n').Select(line => line.Split(' ')).Any(line =>
            line is [_, _, _, { Length: > 0 } content] && Encoding.UTF8.GetString(Convert.FromBase64String(content)).Contains(SimulatedDisk.MakesUnwell, StringComparison.Ordinal));
        return StartUnit(machine);
    }

    /// <summary>A setup with that word in it fails.</summary>
    private static ExecResult PrepareVersion(string setup) => setup.Contains(SimulatedDisk.MakesUnwell, StringComparison.Ordinal)
        ? new ExecResult(0, "exit 1\n", "the setup failed\n")
        : Ok("exit 0\n");

    private static ExecResult StartUnit(SimulatedMachine machine)
    {
        if (!machine.Disk.FilesPlaced)
        {
            return Failed(1, "Failed to start the unit: its files were not placed\n");
        }

        machine.Disk.UnitEnabled = true;
        machine.UnitActive = true;
        return Ok(machine.Disk.Unwell ? "started\n" : "started\nok\n");
    }

    private static ExecResult StopUnit(SimulatedMachine machine)
    {
        machine.UnitActive = false;
        return Ok("");
    }

    private static string Evidence(SimulatedMachine machine) =>
        $"""
        status: {(machine.Disk.FirstBootDone ? "done" : "running")}
        unit: {(machine.UnitActive ? "active" : "inactive")}
        files placed: {(machine.Disk.FilesPlaced ? "yes" : "no")}

        """;

    private static string Stdin(ExecRequest request) =>
        Encoding.UTF8.GetString(Convert.FromBase64String(request.StdinBase64 ?? ""));

    private static ExecResult Ok(string stdout) => new(0, stdout, "");

    private static ExecResult Failed(int code, string stderr) => new(code, "", stderr);
}
