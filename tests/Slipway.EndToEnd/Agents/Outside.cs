using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Slipway.EndToEnd.Agents;

/// <summary>What a machine would find on the internet: where to install from, a Git repository, Telegram, Claude's API. On a loopback port that machines may reach.</summary>
internal sealed class Outside : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _repository;

    private Outside(WebApplication app, string repository) => (_app, _repository) = (app, repository);

    public Telegram Telegram { get; } = new();

    /// <summary>The keys Claude's API was asked with, in order.</summary>
    public ConcurrentQueue<string> Keys { get; } = new();

    /// <summary>Paths nobody should ask for, and did.</summary>
    public ConcurrentQueue<string> Unexpected { get; } = new();

    public int Port => new Uri(_app.Urls.Single()).Port;

    /// <param name="repository">A bare repository.</param>
    public static async Task<Outside> StartAsync(string repository)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var outside = new Outside(builder.Build(), repository);
        outside._app.Run(outside.AnswerAsync);
        await outside._app.StartAsync();
        return outside;
    }

    public async ValueTask DisposeAsync()
    {
        Telegram.Dispose();
        await _app.DisposeAsync();
    }

    private Task AnswerAsync(HttpContext http) => http.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries) switch
    {
        ["bun", "install"] => http.Response.WriteAsync(Installer("bun/program", "$BUN_INSTALL/bin/bun", http)),
        ["bun", "program"] => http.Response.SendFileAsync(AgentSoftware.Bun),
        ["claude", "install"] => http.Response.WriteAsync(Installer("claude/program", "$HOME/.local/bin/claude", http)),
        ["claude", "program"] => http.Response.SendFileAsync(AgentSoftware.Claude),
        ["openclaw", "install"] => http.Response.WriteAsync(OpenClawPackage.Installer(http)),
        ["openclaw", "archive"] => OpenClawPackage.SendAsync(http),
        ["assistant.git", ..] => GitServer.AnswerAsync(http, _repository),
        [['b', 'o', 't', .. var token], var method] => Telegram.AnswerAsync(http, token, method),
        // Claude Code asks whether the API is there at all.
        ["api", "hello"] => Task.CompletedTask,
        ["v1", "messages"] => ClaudeApi.AnswerAsync(http, Keys),
        _ => RefuseAsync(http),
    };

    /// <summary>As the real ones do it: fetch one program and put it where the user's programs are.</summary>
    private static string Installer(string program, string target, HttpContext http) => $$"""
        set -eu
        mkdir -p "$(dirname "{{target}}")"
        curl -fsS -o "{{target}}" http://{{http.Request.Host}}/{{program}}
        chmod 0755 "{{target}}"

        """;

    private Task RefuseAsync(HttpContext http)
    {
        Unexpected.Enqueue($"{http.Request.Method} {http.Request.Path}");
        http.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
