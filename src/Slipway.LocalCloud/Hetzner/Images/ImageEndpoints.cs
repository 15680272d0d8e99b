using System.Globalization;

namespace Slipway.LocalCloud.Hetzner;

internal static class ImageEndpoints
{
    public static void MapImages(this IEndpointRouteBuilder api)
    {
        api.MapGet("/images", (HttpContext context, HetznerProject project, ImageStore images) =>
        {
            var deprecated = context.Request.Query["include_deprecated"] == "true";
            lock (project.Gate)
            {
                var (items, meta) = new ListQuery<Image>(context, images.All.Where(i => deprecated || i.Deprecated is null))
                    .Filter("name", i => i.Name).Filter("type", i => i.Type).Filter("status", i => i.Status)
                    .Filter("architecture", i => i.Architecture)
                    .Filter("bound_to", i => i.BoundTo?.ToString(CultureInfo.InvariantCulture)).Labels(i => i.Labels)
                    .Sortable("id", i => i.Id).Sortable("name", i => i.Name).Sortable("created", i => i.Created).Page();
                return TypedResults.Json(new ImagesAnswer(items, meta), HetznerJson.Wire.ImagesAnswer);
            }
        });
        api.MapGet("/images/{id:long}", (long id, HetznerProject project, ImageStore images) =>
        {
            lock (project.Gate)
            {
                return Answer(images.Find(id));
            }
        });
        api.MapPut("/images/{id:long}", UpdateAsync);
        api.MapDelete("/images/{id:long}", (long id, HetznerProject project, ImageStore images) =>
        {
            lock (project.Gate)
            {
                _ = images.DeleteAsync(images.RequireOurs(id));
                return TypedResults.NoContent();
            }
        });
        api.MapPost("/images/{id:long}/actions/change_protection", ChangeProtectionAsync);
        api.MapPost("/servers/{id:long}/actions/create_image", CreateAsync);
    }

    private static async Task<IResult> CreateAsync(long id, HttpContext context, HetznerProject project, ImageStore images)
    {
        var order = await HetznerRequest.ReadOptionalAsync(context, HetznerJson.Wire.CreateImage) ?? new CreateImage(null, null, null);
        LabelRules.Check(order.Labels);
        lock (project.Gate)
        {
            var (image, action) = images.BeginCopy(project.Server(id), order);
            return TypedResults.Json(new CreateImageAnswer(image, action), HetznerJson.Wire.CreateImageAnswer, statusCode: 201);
        }
    }

    private static async Task<IResult> UpdateAsync(long id, HttpContext context, HetznerProject project, ImageStore images)
    {
        var change = await HetznerRequest.ReadAsync(context, HetznerJson.Wire.UpdateImage);
        LabelRules.Check(change.Labels);
        if (change.Type is not (null or ImageType.Snapshot))
        {
            throw HetznerFault.InvalidField("type", "Must be one of: snapshot.");
        }

        lock (project.Gate)
        {
            var image = images.RequireOurs(id);
            var changed = image with
            {
                Description = change.Description ?? image.Description,
                Labels = change.Labels ?? image.Labels,
                Type = change.Type ?? image.Type,
                BoundTo = change.Type is null ? image.BoundTo : null,
            };
            images.Replace(changed);
            return Answer(changed);
        }
    }

    private static async Task<IResult> ChangeProtectionAsync(long id, HttpContext context, HetznerProject project, ImageStore images)
    {
        var request = await HetznerRequest.ReadAsync(context, HetznerJson.Wire.ChangeProtection);
        lock (project.Gate)
        {
            var image = images.RequireOurs(id);
            if (image.Type != ImageType.Snapshot)
            {
                throw HetznerFault.Unsupported("only snapshots can be protected");
            }

            images.Replace(image with { Protection = new ImageProtection(request.Delete ?? image.Protection.Delete) });
            return ServerActionEndpoints.Answer(project.DoneAction("change_protection", new ActionResource(id, "image")), 201);
        }
    }

    private static IResult Answer(Image image) => TypedResults.Json(new ImageAnswer(image), HetznerJson.Wire.ImageAnswer);
}
