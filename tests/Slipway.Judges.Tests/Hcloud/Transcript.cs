using System.Text;
using Slipway.Judges.Tests.Support;
using Slipway.Testing;

namespace Slipway.Judges.Tests.Hcloud;

/// <summary>
/// A terminal session kept as a file: lines with <c>$</c> are typed again, and everything printed must be what the file has.
/// After a wanted change, run the tests once with SLIPWAY_ACCEPT=1 and review the diff.
/// </summary>
internal static class Transcript
{
    public static async Task FollowAsync(string name, LocalCloudProcess cloud)
    {
        var path = Path.Combine(SourceTree.Project, "Hcloud", "Transcripts", $"{name}.txt");
        var expected = await File.ReadAllTextAsync(path);
        using var directory = new TemporaryDirectory();
        await OrderPapers.PlaceAsync(directory);
        var scrub = new Scrub();
        var actual = new StringBuilder();
        var (commands, inComment) = (0, true);
        foreach (var line in expected.Split('\n'))
        {
            if (line.StartsWith("# ", StringComparison.Ordinal))
            {
                actual.Append(inComment ? "" : "\n").Append(line).Append('\n');
                inComment = true;
            }
            else if (line.StartsWith("$ ", StringComparison.Ordinal))
            {
                commands++;
                inComment = false;
                var result = await TypeAsync(scrub.Restore(line[2..]), directory.Path, cloud);
                actual.Append(line).Append('\n').Append(Lines(scrub.Clean(result.Output))).Append(Lines(scrub.Clean(result.Errors)));
                actual.Append(result.ExitCode == 0 ? "" : $"[exit {result.ExitCode}]\n");
            }
        }

        commands.ShouldBeGreaterThan(0, $"{path} has no command");
        cloud.Output.Trim().ShouldNotContain("\n", customMessage: "the cloud complained");
        if (Environment.GetEnvironmentVariable("SLIPWAY_ACCEPT") == "1")
        {
            await File.WriteAllTextAsync(path, actual.ToString());
        }
        else
        {
            Compare(expected.Split('\n'), actual.ToString().Split('\n'), path);
        }
    }

    /// <summary>Shows the place, not the hundreds of lines around it.</summary>
    private static void Compare(string[] expected, string[] actual, string path)
    {
        var first = expected.Zip(actual).TakeWhile(pair => pair.First == pair.Second).Count();
        var same = first == expected.Length && first == actual.Length;
        same.ShouldBeTrue($"""
            {path}, line {first + 1}, tells another story; if that is wanted, run once with SLIPWAY_ACCEPT=1. It was:
            {string.Join('\n', expected.Skip(first).Take(5))}
            and is now:
            {string.Join('\n', actual.Skip(first).Take(5))}
            """);
    }

    /// <summary>Not every command ends its last line; the next one must begin its own.</summary>
    private static string Lines(string text) => text is "" or [.., '\n'] ? text : text + "\n";

    private static Task<ProgramResult> TypeAsync(string line, string directory, LocalCloudProcess cloud)
    {
        var words = Words(line);
        var environment = new Dictionary<string, string> { ["HCLOUD_TOKEN"] = LocalCloudProcess.Token, ["HCLOUD_ENDPOINT"] = cloud.Endpoint };
        while (words[0].StartsWith("HCLOUD_", StringComparison.Ordinal) && words[0].Split('=', 2) is [var variable, var value])
        {
            environment[variable] = value;
            words.RemoveAt(0);
        }

        return words[0] switch
        {
            "hcloud" => ForeignProgram.RunAsync("hcloud", words[1..], directory, environment),
            "slipway-local" => ForeignProgram.RunAsync(
                "dotnet", [LocalCloudProcess.Path, .. words[1..], "--url", cloud.BaseUrl.ToString()], directory, new Dictionary<string, string>()),
            _ => throw new InvalidOperationException($"A transcript types hcloud and slipway-local, not '{words[0]}'."),
        };
    }

    /// <summary>Splits at spaces, but not within single quotes; nothing else of a shell is understood.</summary>
    private static List<string> Words(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var quoted = false;
        foreach (var character in line + " ")
        {
            if (character == '\'')
            {
                quoted = !quoted;
            }
            else if (character != ' ' || quoted)
            {
                word.Append(character);
            }
            else if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }

        return words;
    }
}
