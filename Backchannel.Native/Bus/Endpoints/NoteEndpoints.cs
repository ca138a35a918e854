using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Endpoints;

/// <summary>What the holder and the poster of a task tell each other while it is worked on.</summary>
internal sealed class NoteEndpoints(TaskNotes notes)
{
    public void AddTo(RouteTable routes) => routes.Add("POST", RouteTemplates.Notes, new WriteEndpoint(Add));

    private Func<WriteContext, Reply> Add(ApiRequest request)
    {
        var posting = NotePosting.Read(request.Fields);
        var fields = ClaimFields.Read(request.Fields);
        return context =>
        {
            var (message, channel) = Claiming.RequireMessage(context, request.Key, request.Route.First, claimable: true);
            var note = notes.Add(context, request.Key, message, channel, fields, posting);
            var noted = message with { Version = message.Version + 1 };
            var outcome = new NoteOutcome(noted.ToTask(context.Storage, channel, context.Now), TaskNotes.ToWire(context.Storage, note));
            return JsonBody.Reply(201, outcome, WireJsonContext.Default.NoteOutcome);
        };
    }
}
