using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Slipway.LocalCloud.Hetzner;

internal static class SshKeyEndpoints
{
    public static void MapSshKeys(this IEndpointRouteBuilder api)
    {
        api.MapGet("/ssh_keys", (HttpContext context, HetznerProject project) =>
        {
            lock (project.Gate)
            {
                var (items, meta) = new ListQuery<SshKey>(context, project.SshKeys.Values).Filter("name", k => k.Name)
                    .Filter("fingerprint", k => k.Fingerprint).Labels(k => k.Labels)
                    .Sortable("id", k => k.Id).Sortable("name", k => k.Name).Page();
                return TypedResults.Json(new SshKeysAnswer(items, meta), HetznerJson.Wire.SshKeysAnswer);
            }
        });
        api.MapGet("/ssh_keys/{id:long}", (long id, HetznerProject project) =>
        {
            lock (project.Gate)
            {
                return Answer(project.SshKey(id), 200);
            }
        });
        api.MapPost("/ssh_keys", async (HttpContext context, HetznerProject project) =>
        {
            var request = await HetznerRequest.ReadAsync(context, HetznerJson.Wire.CreateSshKey);
            LabelRules.Check(request.Labels);
            var name = RequireName(request.Name);
            var fingerprint = Fingerprint(request.PublicKey ?? throw HetznerFault.InvalidField("public_key", "Missing data for required field."));
            lock (project.Gate)
            {
                if (project.SshKeys.Values.Any(k => k.Name == name))
                {
                    throw HetznerFault.NotUnique("SSH key name is already used", "name");
                }

                if (project.SshKeys.Values.Any(k => k.Fingerprint == fingerprint))
                {
                    throw HetznerFault.NotUnique("SSH key with the same fingerprint already exists", "public_key");
                }

                var key = new SshKey(project.NextId(), name, fingerprint, request.PublicKey, request.Labels ?? [], project.Now);
                project.SshKeys.Add(key.Id, key);
                return Answer(key, 201);
            }
        });
        api.MapPut("/ssh_keys/{id:long}", async (long id, HttpContext context, HetznerProject project) =>
        {
            var request = await HetznerRequest.ReadAsync(context, HetznerJson.Wire.UpdateNamed);
            LabelRules.Check(request.Labels);
            lock (project.Gate)
            {
                var key = project.SshKey(id);
                if (project.SshKeys.Values.Any(k => k.Id != id && k.Name == request.Name))
                {
                    throw HetznerFault.NotUnique("SSH key name is already used", "name");
                }

                project.SshKeys[id] = key with { Name = request.Name ?? key.Name, Labels = request.Labels ?? key.Labels };
                return Answer(project.SshKeys[id], 200);
            }
        });
        api.MapDelete("/ssh_keys/{id:long}", (long id, HetznerProject project) =>
        {
            lock (project.Gate)
            {
                // Servers got a copy; they do not notice.
                project.SshKeys.Remove(project.SshKey(id).Id);
                return TypedResults.NoContent();
            }
        });
    }

    private static string RequireName(string? name) => name is { Length: > 0 and <= 128 }
        ? name
        : throw HetznerFault.InvalidField("name", "Length must be between 1 and 128.");

    /// <summary>MD5 in colon-separated hex: the form Hetzner still uses.</summary>
    private static string Fingerprint(string publicKey)
    {
        var parts = publicKey.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var blob = new byte[publicKey.Length];
        if (parts.Length < 2 || !Convert.TryFromBase64String(parts[1], blob, out var length)
            || length < 4 || !NamesItsType(blob.AsSpan(0, length), parts[0]))
        {
            throw HetznerFault.InvalidField("public_key", "Must be a valid SSH public key.");
        }

#pragma warning disable CA5351 // An identifier, not a protection.
        var hash = MD5.HashData(blob.AsSpan(0, length));
#pragma warning restore CA5351
        return string.Join(':', hash.Select(b => b.ToString("x2", null)));
    }

    private static bool NamesItsType(ReadOnlySpan<byte> blob, string type)
    {
        var length = BinaryPrimitives.ReadUInt32BigEndian(blob);
        return length < blob.Length - 4 && Encoding.ASCII.GetString(blob.Slice(4, (int)length)) == type;
    }

    private static IResult Answer(SshKey key, int status) =>
        TypedResults.Json(new SshKeyAnswer(key), HetznerJson.Wire.SshKeyAnswer, statusCode: status);
}
