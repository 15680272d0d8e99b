using Slipway.Blueprints;

namespace Slipway.Tests.Blueprints;

/// <summary>A small correct blueprint, and ways to bend one place of it.</summary>
internal static class SampleBlueprint
{
    public const string Yaml = """
        blueprint: sample
        description: A sample
        machine:
          server_type: cx23
          image: debian-12
          locations: [fsn1, nbg1]
        user: agent
        packages: [curl]
        setup: |
          set -e

          url={{ parameters.URL | shell }}
        parameters:
          URL:
            description: Where from
            default: https://example.test/a
        secrets:
          TOKEN:
            description: A token
            pattern: '^[a-z]{4,8}$'
            example: abcd
          EXTRA:
            description: Another
            required: false
        files:
          - path: /home/agent/.env
            content: |
              TOKEN={{ secrets.TOKEN }}
          - path: /home/agent/extra.json
            owner: agent:users
            mode: "0400"
            content: |
              {{ secrets.EXTRA | json }}
        unit:
          name: sample
          text: |
            [Service]
            User=agent
            ExecStart=/bin/true
            [Install]
            WantedBy=multi-user.target
        health:
          http: http://127.0.0.1:8080/health
        """;

    public static Blueprint Parse(string yaml = Yaml) => BlueprintParser.Parse(yaml, "sample.yaml");

    public static string With(string old, string replacement)
    {
        Yaml.ShouldContain(old, customMessage: "the sample no longer has the text this test replaces");
        return Yaml.Replace(old, replacement, StringComparison.Ordinal);
    }

    /// <summary>A blueprint whose one file has this content, with secrets A and B and a parameter P that may hold anything.</summary>
    public static Blueprint WithContent(string content) => BlueprintParser.Parse($$$"""
        blueprint: sample
        description: A sample
        machine: { server_type: cx23, image: debian-12, locations: [fsn1] }
        user: agent
        setup: echo {{ parameters.P | shell }}
        parameters:
          P: { description: p, default: p, pattern: '[\s\S]*' }
        secrets:
          A: { description: a, pattern: '[\s\S]*' }
          B: { description: b, pattern: '[\s\S]*' }
        files:
          - path: /all
            content: |
              {{ secrets.A }}{{ secrets.B }}
          - path: /file
            content: {{{System.Text.Json.JsonSerializer.Serialize(content)}}}
        unit:
          name: sample
          text: |
            [Service]
            User=agent
            ExecStart=/bin/true
            [Install]
            WantedBy=multi-user.target
        health: { command: 'true' }
        """, "sample.yaml");
}
