using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Slipway.EndToEnd.Agents;

/// <summary>Git's own server for one bare repository, over HTTP: shallow fetches need more than files.</summary>
internal static class GitServer
{
    public static async Task AnswerAsync(HttpContext http, string repository)
    {
        var asksForRefs = http.Request.Path.Value!.EndsWith("/info/refs", StringComparison.Ordinal);
        http.Response.ContentType = asksForRefs ? "application/x-git-upload-pack-advertisement" : "application/x-git-upload-pack-result";
        if (asksForRefs)
        {
            await http.Response.WriteAsync("001e# service=git-upload-pack\n0000");
        }

        using var process = Process.Start(new ProcessStartInfo("git", ["upload-pack", "--stateless-rpc", .. asksForRefs ? ["--advertise-refs"] : Array.Empty<string>(), repository])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var body = http.Request.Headers.ContentEncoding == "gzip" ? new GZipStream(http.Request.Body, CompressionMode.Decompress) : http.Request.Body;
        await body.CopyToAsync(process.StandardInput.BaseStream);
        process.StandardInput.Close();
        await process.StandardOutput.BaseStream.CopyToAsync(http.Response.Body);
        await process.WaitForExitAsync();
    }

    /// <summary>Makes a bare repository of one commit.</summary>
    public static async Task MakeAsync(string repository, string source, params IReadOnlyList<(string Path, string Content)> extra)
    {
        var work = repository + ".work";
        Directory.CreateDirectory(work);
        await RunAsync("cp", "-r", source + "/.", work);
        foreach (var (path, content) in extra)
        {
            await File.WriteAllTextAsync(Path.Combine(work, path), content, Encoding.UTF8);
        }

        await RunAsync("git", "-C", work, "init", "-q");
        await RunAsync("git", "-C", work, "add", ".");
        await RunAsync("git", "-C", work, "-c", "user.name=tests", "-c", "user.email=tests@localhost", "commit", "-q", "-m", "assistant");
        await RunAsync("git", "clone", "-q", "--bare", work, repository);
    }

    private static async Task RunAsync(string program, params IReadOnlyList<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false })!;
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, program);
    }
}
