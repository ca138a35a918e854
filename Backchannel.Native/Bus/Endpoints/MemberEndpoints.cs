using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Endpoints;

/// <summary>The members of a restricted channel; only its creator may see and change them.</summary>
internal static class MemberEndpoints
{
    public static void AddTo(RouteTable routes)
    {
        routes.Add("GET", RouteTemplates.ChannelMembers, new ReadEndpoint(List));
        routes.Add("POST", RouteTemplates.ChannelMembers, new WriteEndpoint(Add));
        routes.Add("DELETE", RouteTemplates.ChannelMember, new WriteEndpoint(Remove));
    }

    private static Reply List(ApiRequest request, StorageSession storage)
    {
        var channel = storage.RequireOwnChannel(request.Key, request.Route.First);
        return JsonBody.Listing(storage.Members.List(channel), WireJsonContext.Default.Member);
    }

    private static Func<WriteContext, Reply> Add(ApiRequest request)
    {
        var keyId = request.Fields.RequiredString("key_id");
        return context =>
        {
            var channel = context.Storage.RequireOwnChannel(request.Key, request.Route.First);
            context.Storage.Members.Add(channel.Number, keyId, null, context.Now);
            context.Changed(Change.OfPeople(channel.Number));
            context.Storage.Events.Add(context.NextMoment(), channel.Number, EventTypes.MemberAdded, request.Key.KeyId, keyId, null);
            return JsonBody.Reply(201, context.Storage.Members.Find(channel, keyId)!, WireJsonContext.Default.Member);
        };
    }

    private static Func<WriteContext, Reply> Remove(ApiRequest request) => context =>
    {
        var channel = context.Storage.RequireOwnChannel(request.Key, request.Route.First);
        var keyId = request.Route.Second;
        if (keyId == channel.CreatedByKeyId)
        {
            throw new ApiException(409, ErrorCodes.CannotRemoveOwner, "The key that created the channel cannot be removed from it.");
        }

        context.Storage.Members.Remove(channel.Number, keyId);
        context.Changed(Change.OfRules(channel.Number));
        context.Storage.Events.Add(context.NextMoment(), channel.Number, EventTypes.MemberRemoved, request.Key.KeyId, keyId, null);
        return JsonBody.Reply(200, new StatusAnswer("removed"), WireJsonContext.Default.StatusAnswer);
    };
}
