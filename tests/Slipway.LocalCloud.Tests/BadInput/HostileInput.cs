using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Slipway.LocalCloud.Tests.BadInput;

/// <summary>Requests nobody sends in good faith, from one seed: the same seed makes the same requests.</summary>
internal sealed class HostileInput(int seed)
{
    private static readonly string[] Texts =
    [
        "", " ", "a", "-", "\0", "\n", "\u202e", "ﷺ", "\ud83d\ude80", "../../../etc/passwd", "..%2f..%2f", "{{7*7}}", "';DROP TABLE servers;--", "$(id)", "`id`",
        "<script>", "%s%n", "NaN", "null", "1e400", "-1", "99999999999999999999", "2026-13-45T99:99:99Z", "10.0.0.0/99", "::/200", "fe80::1%eth0", "ssh-ed25519 AAAA",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "a=b=c", "a in (", "!!a", "a,,b", "a notin (b,c", "(", ")", new string('a', 70), new string('ü', 300),
        new string('x', 40_000),
    ];

    private static readonly string[] Values =
    [
        "null", "true", "0", "-1", "1.5", "1e400", "9223372036854775807", "9223372036854775808", "-99999999999999999999", "[]", "{}", "[[]]", "[null]", "{\"\":null}",
        "[1,\"a\",{}]", "{\"a\":{\"a\":{\"a\":{}}}}",
    ];

    private readonly Random _random = new(seed);

    public bool Chance(int percent) => _random.Next(100) < percent;

    public T OneOf<T>(IReadOnlyList<T> list) => list[_random.Next(list.Count)];

    public string Text() => OneOf(Texts);

    /// <summary>A body that was good with one to three places spoiled, or one that is no JSON at all.</summary>
    public string Body(string good)
    {
        if (Chance(10))
        {
            return OneOf<string>(["", "{", "[]", "null", "\"text\"", "42", good[..(good.Length / 2)], new string('[', 2000), good + good, "\ufeff" + good, good.Replace(':', '=')]);
        }

        var body = JsonNode.Parse(good)!.AsObject();
        for (var i = _random.Next(1, 4); i > 0; i--)
        {
            Spoil(body);
        }

        return body.ToJsonString();
    }

    public string Form(string good)
    {
        var fields = good.Split('&').ToList();
        for (var i = _random.Next(1, 4); i > 0; i--)
        {
            var at = _random.Next(fields.Count);
            var name = fields[at].Split('=')[0];
            fields[at] = _random.Next(5) switch
            {
                0 => $"{name}={Uri.EscapeDataString(Text())}",
                1 => $"{name}[]={Uri.EscapeDataString(Text())}",
                2 => $"{name}[a][b][c]=1&{name}=2",
                3 => $"{name}][=1&[=2&=3&&",
                _ => $"{Uri.EscapeDataString(Text())}=1",
            };
        }

        return string.Join('&', fields);
    }

    /// <summary>A query as lists take them, with good and bad values.</summary>
    public string Query()
    {
        if (Chance(50))
        {
            return "";
        }

        var query = new StringBuilder("?");
        for (var i = _random.Next(1, 4); i > 0; i--)
        {
            var name = OneOf<string>(["page", "per_page", "sort", "name", "label_selector", "status", "id", "type", "ip", "start", "end", "step", "limit", "starting_after", "created", "fields", Uri.EscapeDataString(Text())]);
            query.Append(name).Append('=').Append(Chance(20) ? OneOf<string>(["1", "50", "name:asc", "created:desc", "id:asc", "env=prod", "env in (a,b),!x", "running"]) : Uri.EscapeDataString(Text())).Append('&');
        }

        return query.ToString();
    }

    private void Spoil(JsonObject body)
    {
        var at = body;
        while (at.Count > 0 && at.ElementAt(_random.Next(at.Count)).Value is JsonObject deeper && Chance(60))
        {
            at = deeper;
        }

        var name = at.Count == 0 || Chance(10) ? Text() : at.ElementAt(_random.Next(at.Count)).Key;
        if (at[name] is JsonArray { Count: > 0 } list && Chance(70))
        {
            if (list[_random.Next(list.Count)] is JsonObject element && Chance(70))
            {
                Spoil(element);
            }
            else
            {
                list[_random.Next(list.Count)] = Value();
            }

            return;
        }

        if (Chance(10))
        {
            at.Remove(name);
        }
        else
        {
            at[name] = Value();
        }
    }

    private JsonNode? Value() => Chance(50) ? JsonValue.Create(Text()) : JsonNode.Parse(OneOf(Values), documentOptions: new JsonDocumentOptions { MaxDepth = 64 });
}
