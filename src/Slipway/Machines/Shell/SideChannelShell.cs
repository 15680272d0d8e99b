using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Serialization;
using Slipway.Ssh;

namespace Slipway.Machines.Shell;

/// <summary>Simulated machines have no sshd: LocalCloud runs the script, by its name. Refused at start unless Hetzner is on loopback.</summary>
public sealed class SideChannelShell(HttpClient http, HetznerSettings hetzner) : IMachineShell
{
    public async Task<SshResult> RunAsync(Machine machine, RemoteScript script, CancellationToken cancellationToken)
    {
        var address = new Uri(hetzner.BaseUrl, $"/_local/machines/{machine.ServerId}/exec");
        using var response = await http.PostAsJsonAsync(
            address,
            new ExecRequest(script.Name, script.Text, script.Input.IsEmpty ? null : Convert.ToBase64String(script.Input.Span)),
            SideChannelJson.Default.ExecRequest,
            cancellationToken);
        if (response.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.NotFound)
        {
            throw new SshException(SshFailure.ConnectionRefused, machine.Name, "The simulated machine is off or gone.");
        }

        response.EnsureSuccessStatusCode();
        var answer = (await response.Content.ReadFromJsonAsync(SideChannelJson.Default.ExecAnswer, cancellationToken))!;
        return new SshResult(answer.ExitCode, answer.Stdout, answer.Stderr);
    }

    public async Task<(SshResult Result, SshHostKey Presented)> RunUnpinnedAsync(Machine machine, RemoteScript script, CancellationToken cancellationToken)
    {
        var result = await RunAsync(machine, script, cancellationToken);
        var line = result.Stdout.Split('\n').FirstOrDefault(l => l.StartsWith("host_key=", StringComparison.Ordinal))
            ?? throw new SshException(SshFailure.ConnectionRefused, machine.Name, "The simulated machine has no host key yet.");
        return (result, SshHostKey.Parse(line["host_key=".Length..]));
    }
}

internal sealed record ExecRequest(string Name, string Script, string? StdinBase64);

internal sealed record ExecAnswer(int ExitCode, string Stdout, string Stderr);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ExecRequest))]
[JsonSerializable(typeof(ExecAnswer))]
internal sealed partial class SideChannelJson : JsonSerializerContext;
