using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace Slipway.Simulations;

/// <summary>Everything that happens in a world, a line each; and every line the nodes log, looked through for secrets.</summary>
internal sealed partial class WorldLog(WorldClock clock) : ILoggerFactory, ILogger
{
    private readonly StringBuilder _text = new();
    private readonly Dictionary<string, string> _aliases = new(StringComparer.Ordinal);

    /// <summary>What must never be seen; those that come into being are added.</summary>
    public List<string> Secrets { get; } = [Fixtures.CustomerSecret, Fixtures.WebhookSecret, Fixtures.HetznerToken, Fixtures.TailscaleSecret, Fixtures.GitHubToken, Fixtures.CallbackSecret];

    public List<string> Leaks { get; } = [];

    public override string ToString() => _text.ToString();

    public void Note(string who, string what) =>
        _text.Append(CultureInfo.InvariantCulture, $"{clock.Now:HH:mm:ss.fff} {who} {Random().Replace(what, Alias)}\n");

    public void LookFor(string where, string text)
    {
        foreach (var secret in Secrets)
        {
            if (text.Contains(secret, StringComparison.Ordinal))
            {
                Leaks.Add($"{where} shows a secret ({secret[..6]}…)");
            }
        }
    }

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var line = formatter(state, exception);
        LookFor("a log line", exception is null ? line : line + exception);
        if (logLevel >= LogLevel.Information)
        {
            Note(logLevel == LogLevel.Information ? "log" : "LOG", line);
        }
    }

    public void Dispose()
    {
    }

    private string Alias(Match match)
    {
        if (!_aliases.TryGetValue(match.Value, out var alias))
        {
            _aliases[match.Value] = alias = string.Create(CultureInfo.InvariantCulture, $"<{_aliases.Count + 1}>");
        }

        return alias;
    }

    /// <summary>What LocalCloud rolls dice for: ids of keys and devices, fingerprints and correlation.</summary>
    [GeneratedRegex(@"\b[kn][A-Za-z0-9]{6,}CNTRL\b|SHA256:[A-Za-z0-9+/]+|\b[0-9a-f]{16}\b", RegexOptions.None, 60_000)]
    private static partial Regex Random();
}
