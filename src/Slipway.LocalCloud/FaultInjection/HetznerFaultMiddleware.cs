using System.Globalization;
using Slipway.LocalCloud.Hetzner;

namespace Slipway.LocalCloud.FaultInjection;

/// <summary>Refusals of Hetzner's that come after the token and before the order is looked at: quota, lock, a name that is taken.</summary>
internal sealed class HetznerFaultMiddleware(RequestDelegate next, Faults faults, HetznerProject project, TimeProvider time)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments("/v1", out var rest) && !HttpMethods.IsGet(context.Request.Method))
        {
            var parts = rest.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
            Refuse(context.Request.Method, parts);
        }

        await next(context);
    }

    private void Refuse(string method, string[] parts)
    {
        if (HttpMethods.IsPost(method) && parts is [[.. var resource, 's']])
        {
            if (faults.Take("quota", f => f.Text("resource") == resource) is not null)
            {
                var words = resource == "primary_ip" ? "Primary IP" : resource.Replace('_', ' ');
                throw new HetznerFault(
                    403, "resource_limit_exceeded", $"{words} limit exceeded", new ErrorDetails { Limits = [new ErrorLimit($"{resource}_limit")] });
            }

            if (faults.Take("name_taken_unlisted", f => f.Text("resource") == resource) is not null)
            {
                throw HetznerFault.NotUnique(resource switch
                {
                    "server" => "server name is already used",
                    "ssh_key" => "SSH key name is already used",
                    _ => "name is already used",
                });
            }
        }

        if (parts is ["servers", var id, ..] && !HttpMethods.IsPut(method) && IsLocked(id))
        {
            throw HetznerFault.Locked();
        }
    }

    private bool IsLocked(string id)
    {
        string name;
        lock (project.Gate)
        {
            name = long.TryParse(id, CultureInfo.InvariantCulture, out var number) && project.Servers.TryGetValue(number, out var server) ? server.Name : "";
        }

        bool Meant(Fault fault) => fault.Means("server", id, name);
        var now = time.GetUtcNow();
        if (faults.All.Any(f => f.Kind.Name == "locked" && Meant(f) && f.LockedUntil.TryGetValue(id, out var until) && until > now))
        {
            return true;
        }

        if (faults.Take("locked", Meant) is not { } fault)
        {
            return false;
        }

        fault.LockedUntil[id] = now.AddSeconds(fault.Number("seconds"));
        return true;
    }
}
