using System.Globalization;

namespace Slipway.EndToEnd.Agents;

/// <summary>A blueprint that puts each value wherever a value can be put, and values that would rather be commands.</summary>
internal static class Hostile
{
    public const int Values = 6;

    private static readonly string[] Known =
    [
        "'; touch /tmp/ran-1; '\n$(touch /tmp/ran-2)`touch /tmp/ran-3`",
        "x\n[Service]\nExecStartPre=/bin/touch /tmp/ran-4\nUser=root\n",
        "{{ secrets.V1 }} {{ parameters.X }} {{ '{{' }} {% raw %} ${V1} %n %h %%",
        "\"\n- path: /etc/cron.d/ran-5\n  content: '* * * * * root touch /tmp/ran-5'\n",
        "../../../../etc/cron.d/ran-6\r\n\t\\\\ \\n \\\"\\'\\$ #; | & > /tmp/ran-7 <<EOF\nEOF\n",
        "ÄÖÜ \U0001F600 \u202E \u00A0 \u0001\u001B[31m\u007F trailing spaces  \n\n",
    ];

    private static readonly string[] Parts =
    [
        "'", "\"", "\\", "\n", "\r\n", "$(touch /tmp/ran-8)", "`touch /tmp/ran-9`", "; touch /tmp/ran-10", "{{ secrets.V0 }}", "{{", "}}", "../", "%", "$", "#", " ", "\t",
        "=", "EOF", "- ", ": ", "&&", "||", "|", "é", "\U0001F512", "\u0007", "-n", "\\n", "x", "!!", "*", "?", "[", "~",
    ];

    public static string Yaml { get; } = $"""
        blueprint: hostile
        description: Puts every value wherever one can be put
        machine: <server_type: cx23, image: debian-12, locations: [fsn1]>
        user: agent
        secrets:
        {Each("  V#: <description: A value, pattern: '[\\s\\S]+'>")}
        files:
        {Each("  - <path: /home/agent/values/raw-#, content: '<< secrets.V# >>'>")}
        {Each("  - <path: /home/agent/values/json-#, content: '<< secrets.V# | json >>'>")}
        {Each("  - <path: /home/agent/values/shell-#, content: 'VALUE=<< secrets.V# | shell >>'>")}
        {Each("  - <path: /home/agent/values/env-#, content: 'VALUE_#=<< secrets.V# | env >>'>")}
        {Each("  - <path: /opt/values/root-#, owner: 'root:root', content: '<< secrets.V# >>'>")}
        credentials:
        {Each("  - <name: v#, content: '<< secrets.V# >>'>")}
        unit:
          name: hostile
          text: |
            [Service]
            User=agent
        {Each("    EnvironmentFile=/home/agent/values/env-#")}
            ExecStart=/bin/bash /opt/values/show
            [Install]
            WantedBy=multi-user.target
        health: <command: test -e /home/agent/values/ready>
        """.Replace('<', '{').Replace('>', '}').Replace("files:", """
        files:
          - path: /opt/values/show
            owner: root:root
            mode: "0755"
            content: |
              cd /home/agent/values
              for i in 0 1 2 3 4 5; do
                cat "$CREDENTIALS_DIRECTORY/v$i" >credential-$i
                name=VALUE_$i
                printf %s "${!name}" >environment-$i
              done
              touch ready
              exec sleep infinity
        """, StringComparison.Ordinal);

    public static string[] Make(int seed)
    {
        var random = new Random(seed);
        return seed == 0 ? Known : [.. Enumerable.Range(0, Values).Select(_ => string.Concat(Enumerable.Range(0, random.Next(1, 30)).Select(_ => Parts[random.Next(Parts.Length)])))];
    }

    private static string Each(string line) =>
        string.Join('\n', Enumerable.Range(0, Values).Select(i => line.Replace("#", i.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)));
}
