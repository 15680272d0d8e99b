using System.Text.RegularExpressions;

namespace Slipway.LocalCloud.Hetzner;

internal static partial class VolumeEndpoints
{
    public static void MapVolumes(this IEndpointRouteBuilder api)
    {
        var store = api.ServiceProvider.GetRequiredService<VolumeStore>();
        var kind = new ResourceKind<Volume>(
            "volumes", "volume", project => project.Volumes,
            (volume, status) => TypedResults.Json(new VolumeAnswer(volume.View()), HetznerJson.Wire.VolumeAnswer, statusCode: status),
            (volumes, meta) => TypedResults.Json(new VolumesAnswer(volumes.Select(v => v.View()).ToList(), meta), HetznerJson.Wire.VolumesAnswer))
        {
            MaxName = 64,
            ProtectedMessage = "volume deletion is protected",
            Query = query => query.Filter("status", v => v.Status),
            Delete = store.Delete,
        };
        api.MapResource(kind);
        api.MapPost("/volumes", (HttpContext context, HetznerProject project, Catalog catalog) => CreateAsync(context, kind, project, catalog, store));
        var actions = api.MapGroup("/volumes/{id:long}/actions");
        actions.MapPost("/attach", async (long id, HttpContext context, HetznerProject project) =>
        {
            var request = await HetznerRequest.ReadAsync(context, HetznerJson.Wire.AttachVolume);
            lock (project.Gate)
            {
                var volume = kind.Find(project, id);
                var server = project.Server(request.Server ?? throw HetznerFault.InvalidField("server", "Missing data for required field."));
                volume.RequireFree(server.Location);
                return ServerActionEndpoints.Answer(store.Attach(volume, server), 201);
            }
        });
        actions.MapPost("/detach", (long id, HetznerProject project) =>
        {
            lock (project.Gate)
            {
                return ServerActionEndpoints.Answer(store.Detach(kind.Find(project, id)), 201);
            }
        });
        actions.MapPost("/resize", async (long id, HttpContext context, HetznerProject project) =>
        {
            var size = (await HetznerRequest.ReadAsync(context, HetznerJson.Wire.ResizeVolume)).Size;
            lock (project.Gate)
            {
                var volume = kind.Find(project, id);
                if (size is null || size <= volume.Size || size > Volume.MostSize)
                {
                    throw HetznerFault.InvalidField("size", $"Must be more than {volume.Size} and at most {Volume.MostSize}.");
                }

                volume.Size = (int)size.Value;
                return ServerActionEndpoints.Answer(project.DoneAction("resize_volume", kind.Reference(volume)), 201);
            }
        });
    }

    private static async Task<IResult> CreateAsync(
        HttpContext context, ResourceKind<Volume> kind, HetznerProject project, Catalog catalog, VolumeStore store)
    {
        var request = await HetznerRequest.ReadAsync(context, HetznerJson.Wire.CreateVolume);
        LabelRules.Check(request.Labels);
        var name = kind.CheckName(request.Name);
        if (!Name().IsMatch(name))
        {
            throw HetznerFault.InvalidField("name", "Letters, digits, dashes, underscores and dots; the first and the last a letter or digit.");
        }

        if (request.Size is not (>= Volume.LeastSize and <= Volume.MostSize))
        {
            throw HetznerFault.InvalidField("size", $"Must be between {Volume.LeastSize} and {Volume.MostSize}.");
        }

        if (request.Format is not (null or "xfs" or "ext4"))
        {
            throw HetznerFault.InvalidField("format", "Must be one of: xfs, ext4.");
        }

        if (request.Automount is true && (request.Server is null || request.Format is null))
        {
            throw HetznerFault.InvalidInput("automount needs a server and a format");
        }

        lock (project.Gate)
        {
            kind.CheckUnique(project, name);
            var server = request.Server is { } id ? project.Server(id) : null;
            var location = (server, request.Location) switch
            {
                ({ } host, null) => host.Location,
                (null, { } wanted) => catalog.FindLocation(wanted),
                _ => throw HetznerFault.InvalidInput("either location or server must be given"),
            };
            if (server?.Locks > 0)
            {
                throw HetznerFault.Locked();
            }

            var volume = new Volume
            {
                Id = project.NextId(),
                Name = name,
                Created = project.Now,
                Labels = request.Labels ?? [],
                Size = request.Size.Value,
                Location = location,
                Format = request.Format,
            };
            var create = store.Create(volume);
            List<HetznerAction> next = server is null ? [] : [store.Attach(volume, server)];
            return TypedResults.Json(new CreateVolumeAnswer(volume.View(), create, next), HetznerJson.Wire.CreateVolumeAnswer, statusCode: 201);
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();
}
