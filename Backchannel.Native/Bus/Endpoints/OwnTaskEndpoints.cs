using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Waiting;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Endpoints;

/// <summary>The tasks of the calling key. A read, although it is a POST: the session is a secret, which does not belong in an address.</summary>
internal sealed class OwnTaskEndpoints(OwnTaskList list, WorkerPresence presence, BusDatabase database, TimeProvider timeProvider)
{
    public void AddTo(RouteTable routes) =>
        routes.Add("POST", Routes.OwnTasks, new AsyncEndpoint(ShowAsync, NeedsKey: true) { Scope = Scopes.MessagesRead });

    private async Task<Reply> ShowAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var session = SessionSecret.Read(request.Fields);
        var body = await database.ReadAsync(storage =>
        {
            var now = Instant.Now(timeProvider);
            return JsonBody.Write(writer =>
                list.Write(writer, storage, request.Key, session, now, channel => presence.Describe(storage, channel, now)));
        });
        return new Reply(200, body);
    }
}
