using System.Text.Json;
using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Endpoints;

/// <summary>The webhooks of the owner's actors. Actors are found by id only.</summary>
internal static class ActorWebhookEndpoints
{
    private const string Path = RouteTemplates.ActorWebhook;

    public static void AddTo(RouteTable routes)
    {
        routes.Add("POST", Path, new WriteEndpoint(Set));
        routes.Add("GET", Path, new ReadEndpoint(Show));
        routes.Add("DELETE", Path, new WriteEndpoint(Remove));
    }

    private static Func<WriteContext, Reply> Set(ApiRequest request)
    {
        var url = request.Fields.TryGet("url", out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()!.Trim() : "";
        if (!WebhookEvents.IsTarget(url))
        {
            throw new ApiException(422, ErrorCodes.InvalidWebhookUrl, "'url' has to be an http or https address.");
        }

        var secret = request.Fields.OptionalString("secret");
        return context =>
        {
            var actor = RequireOwn(request, context.Storage);
            context.Storage.Webhooks.Set(actor.Number, new ActorWebhook(url, secret, context.NextTime()));
            return JsonBody.Reply(200, new WebhookSetting(actor.Id, url, secret is not null), WireJsonContext.Default.WebhookSetting);
        };
    }

    private static Reply Show(ApiRequest request, StorageSession storage)
    {
        var actor = RequireOwn(request, storage);
        var webhook = storage.Webhooks.Find(actor.Number)
            ?? throw new ApiException(404, ErrorCodes.WebhookNotFound, "This actor has no webhook.");
        return JsonBody.Reply(
            200,
            new WebhookView(actor.Id, webhook.Url, webhook.Secret is not null, Instant.ToText(webhook.UpdatedAt)),
            WireJsonContext.Default.WebhookView);
    }

    private static Func<WriteContext, Reply> Remove(ApiRequest request) => context =>
    {
        context.Storage.Webhooks.Unset(RequireOwn(request, context.Storage).Number);
        return JsonBody.Reply(200, new WebhookRemoval(true), WireJsonContext.Default.WebhookRemoval);
    };

    private static ActorRecord RequireOwn(ApiRequest request, StorageSession storage)
    {
        var actor = storage.Actors.FindById(request.Route.First) ?? throw Refusal.ActorNotFound();
        return actor.OwnerId == request.Key.OwnerId ? actor : throw Refusal.ActorForbidden();
    }
}
