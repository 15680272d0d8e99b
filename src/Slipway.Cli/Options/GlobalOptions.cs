using System.CommandLine;
using Slipway.Client;

namespace Slipway.Cli.Options;

/// <summary>What every command takes: where the server is, who is asking, and how to answer.</summary>
internal sealed class GlobalOptions
{
    private readonly CliEnvironment _environment;
    private readonly Option<string> _server;
    private readonly Option<string?> _tokenFile;
    private readonly Option<string> _output;

    public GlobalOptions(CliEnvironment environment)
    {
        _environment = environment;
        _server = new("--server")
        {
            Description = Words.ServerOption,
            HelpName = "url",
            Recursive = true,
            DefaultValueFactory = _ => environment.Variable("SLIPWAY_SERVER") is { Length: > 0 } url ? url : "http://127.0.0.1:8600",
        };
        _tokenFile = new("--token-file") { Description = Words.TokenFileOption, HelpName = "file", Recursive = true };
        _output = new Option<string>("--output", "-o") { Description = Words.OutputOption, Recursive = true, DefaultValueFactory = _ => "table" }
            .AcceptOnlyFromAmong("table", "json");
    }

    public void AddTo(RootCommand root)
    {
        root.Options.Add(_server);
        root.Options.Add(_tokenFile);
        root.Options.Add(_output);
    }

    public Session Open(ParseResult parse, bool tokenNeeded)
    {
        var address = parse.GetValue(_server)!;
        if (!Uri.TryCreate(address, UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https") || server.UserInfo.Length > 0)
        {
            throw new UsageException(Words.NoAddress);
        }

        var token = ReadToken(parse.GetValue(_tokenFile));
        if (token is null && tokenNeeded)
        {
            throw new UsageException(Words.NoToken);
        }

        try
        {
            var client = new SlipwayClient(server, token, _environment.Time);
            return new Session(_environment, client, server, parse.GetValue(_output) == "json");
        }
        catch (ArgumentException)
        {
            throw new UsageException(Words.BadToken);
        }
    }

    // What was typed wins over the environment; a value in the environment wins over a file named there.
    private string? ReadToken(string? typedFile)
    {
        if (typedFile is null && _environment.Variable("SLIPWAY_TOKEN") is { Length: > 0 } token)
        {
            return token;
        }

        var file = typedFile ?? _environment.Variable("SLIPWAY_TOKEN_FILE");
        return string.IsNullOrEmpty(file) ? null : TextFile.Read(file).Trim();
    }
}
