using System.Globalization;
using System.Text;
using System.Text.Json;
using Xunit.Abstractions;

namespace Slipway.EndToEnd.Agents;

/// <summary>Whatever a customer hands over arrives as it is, and is nothing but a value.</summary>
[Collection(RealAgents.Name)]
public sealed class HostileValueTests(RealStack stack, ITestOutputHelper output)
{
    private static readonly string[] Forms = ["raw", "root", "credential", "environment", "json", "shell"];

    [Fact]
    public async Task C6_S2_hostile_secrets_arrive_byte_for_byte_in_every_form_and_nothing_else_runs()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("SLIPWAY_HOSTILE_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Environment.TickCount & 0xFFFF;
        output.WriteLine($"SLIPWAY_HOSTILE_SEED={seed}");
        foreach (var values in (string[][])[Hostile.Make(0), Hostile.Make(seed)])
        {
            var agent = await stack.ProvisionAsync("hostile", Secrets(values));
            var machine = RealStack.Inside(agent);

            await ShouldHaveAsync(machine, values, seed);

            await stack.FinishAsync((await stack.Client.Agents.DestroyAsync(agent.Id)).Agent.Operation!);
        }
    }

    private static Dictionary<string, string> Secrets(string[] values) =>
        values.Select((value, i) => (value, i)).ToDictionary(v => $"V{v.i}", v => v.value, StringComparer.Ordinal);

    private static async Task ShouldHaveAsync(RealMachine machine, string[] values, int seed)
    {
        await machine.EventuallyAsync("test -e /home/agent/values/ready");
        for (var i = 0; i < values.Length; i++)
        {
            foreach (var form in Forms)
            {
                var script = form switch
                {
                    "root" => $"base64 -w0 /opt/values/root-{i}",
                    "shell" => $"bash -c '. /home/agent/values/shell-{i}; printf %s \"$VALUE\" | base64 -w0'",
                    _ => $"base64 -w0 /home/agent/values/{form}-{i}",
                };
                var arrived = Encoding.UTF8.GetString(Convert.FromBase64String(await machine.RunAsync(script)));
                (form == "json" ? JsonSerializer.Deserialize<string>(arrived) : arrived).ShouldBe(values[i], $"{form} of value {i}, seed {seed}");
            }
        }

        (await machine.RunAsync("find / -xdev -name 'ran-*' -not -path '/proc/*'")).ShouldBeEmpty();
        (await machine.RunAsync("ls -A /home/agent/values | wc -l; ls -A /etc/credstore.encrypted /opt/values | wc -l")).ShouldBe($"{(Hostile.Values * 6) + 1}\n{(Hostile.Values * 2) + 4}");
        (await machine.RunAsync("stat -c '%a %U' /home/agent/values/* /etc/credstore.encrypted/* | sort -u")).ShouldBe("600 agent\n600 root");
        (await machine.RunAsync("systemctl show -P User hostile; systemctl show -P ExecStartPre hostile | grep ran- || echo none")).ShouldBe("agent\nnone");
    }
}
