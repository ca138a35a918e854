using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Endpoints;

/// <summary>Creating, showing and naming actors.</summary>
internal static class ActorEndpoints
{
    public static void AddTo(RouteTable routes)
    {
        routes.Add("POST", Routes.Actors, new WriteEndpoint(Create));
        routes.Add("GET", RouteTemplates.Actor, new ReadEndpoint(Show));
        routes.Add("POST", RouteTemplates.ActorAliases, new WriteEndpoint(AddAlias));
    }

    private static Func<WriteContext, Reply> Create(ApiRequest request)
    {
        var name = request.Fields.RequiredName("name");
        var description = request.Fields.OptionalString("description") ?? "";
        var metadata = request.Fields.Metadata() ?? "{}";
        return context =>
        {
            var actor = context.Storage.Actors.Add(request.Key.OwnerId, request.Key.KeyId, name, description, metadata, context.Now);
            return Reply(201, context.Storage, actor);
        };
    }

    private static Reply Show(ApiRequest request, StorageSession storage) =>
        Reply(200, storage, storage.Actors.Find(request.Route.First) ?? throw Refusal.ActorNotFound());

    private static Func<WriteContext, Reply> AddAlias(ApiRequest request)
    {
        var alias = request.Fields.RequiredName("alias");
        return context =>
        {
            var actor = context.Storage.Actors.Find(request.Route.First) ?? throw Refusal.ActorNotFound();
            if (context.Storage.Actors.IsAliasTaken(alias))
            {
                throw Refusal.AliasConflict();
            }

            context.Storage.Actors.AddAlias(actor.Number, alias);
            return Reply(201, context.Storage, actor);
        };
    }

    private static Reply Reply(int status, StorageSession storage, ActorRecord actor) =>
        JsonBody.Reply(status, actor.ToWire(storage), WireJsonContext.Default.Actor);
}
