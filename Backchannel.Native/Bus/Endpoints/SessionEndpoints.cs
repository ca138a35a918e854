using System.Text.Json;
using System.Text;
using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Endpoints;

/// <summary>Small JSON states that a key stores on the bus.</summary>
internal sealed class SessionEndpoints(TimeProvider timeProvider)
{
    private const string Collection = Routes.Sessions;
    private const string Item = RouteTemplates.Session;

    public void AddTo(RouteTable routes)
    {
        routes.Add("POST", Collection, new WriteEndpoint(Create));
        routes.Add("GET", Collection, new ReadEndpoint(List));
        routes.Add("GET", Item, new ReadEndpoint((request, storage) => Reply(200, Find(storage, request))));
        routes.Add("PATCH", Item, new WriteEndpoint(Merge));
        routes.Add("DELETE", Item, new WriteEndpoint(Delete));
    }

    private static Func<WriteContext, Reply> Create(ApiRequest request)
    {
        var name = request.Fields.RequiredString("name");
        var state = request.Fields.OptionalObject("state") ?? "{}";
        return context =>
        {
            var now = context.Now;
            var session = new SessionRecord(BusId.New(now), name, state, now, now, now + SessionStore.Lifetime);
            context.Storage.Sessions.Add(session, request.Key.KeyId);
            return Reply(201, session);
        };
    }

    private Reply List(ApiRequest request, StorageSession storage) => JsonBody.Listing(
        [.. storage.Sessions.List(request.Key.KeyId, Instant.Now(timeProvider)).Select(ToWire)], WireJsonContext.Default.Session);

    private static Func<WriteContext, Reply> Merge(ApiRequest request)
    {
        var change = request.Fields.TryGet("state", out var state) ? state : request.Fields.Root;
        if (change.ValueKind != JsonValueKind.Object)
        {
            throw new ApiException(422, ErrorCodes.InvalidObject, "'state' has to be an object.");
        }

        return context =>
        {
            var session = Find(context.Storage, request);
            var merged = session with { State = Merged(session.State, change), UpdatedAt = context.Now };
            context.Storage.Sessions.SetState(merged.Id, merged.State, merged.UpdatedAt);
            return Reply(200, merged);
        };
    }

    private static Func<WriteContext, Reply> Delete(ApiRequest request) => context =>
    {
        context.Storage.Sessions.Delete(Find(context.Storage, request).Id);
        return JsonBody.Reply(200, new StatusAnswer("deleted"), WireJsonContext.Default.StatusAnswer);
    };

    private static SessionRecord Find(StorageSession storage, ApiRequest request) =>
        storage.Sessions.Find(request.Route.First, request.Key.KeyId)
        ?? throw new ApiException(404, ErrorCodes.SessionNotFound, "This key has no session with this id.");

    /// <summary>Merges one level deep: each member of the change replaces the member of the same name.</summary>
    private static string Merged(string state, JsonElement change)
    {
        using var old = JsonDocument.Parse(state);
        return Encoding.UTF8.GetString(JsonBody.Write(writer =>
        {
            writer.WriteStartObject();
            foreach (var member in old.RootElement.EnumerateObject().Where(member => !change.TryGetProperty(member.Name, out _)))
            {
                member.WriteTo(writer);
            }

            foreach (var member in change.EnumerateObject())
            {
                member.WriteTo(writer);
            }

            writer.WriteEndObject();
        }).Span);
    }

    private static Session ToWire(SessionRecord session) => new(
        session.Id,
        session.Name,
        StoredJson.ToElement(session.State),
        Instant.ToText(session.CreatedAt),
        Instant.ToText(session.UpdatedAt),
        Instant.ToText(session.ExpiresAt));

    private static Reply Reply(int status, SessionRecord session) =>
        JsonBody.Reply(status, ToWire(session), WireJsonContext.Default.Session);
}
