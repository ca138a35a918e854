using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Endpoints;

/// <summary>Uploading files, and reading those of a message.</summary>
internal sealed class FileEndpoints(BusDatabase database, FileUploads uploads)
{
    public void AddTo(RouteTable routes)
    {
        routes.Add("PUT", Routes.Files, new StreamEndpoint(UploadAsync));
        routes.Add("GET", RouteTemplates.MessageFile, new AsyncEndpoint(DownloadAsync, NeedsKey: true) { Scope = Scopes.MessagesRead });
    }

    private async Task<Reply> UploadAsync(ApiRequest request, BodyReader body)
    {
        // Posts and results name files: whoever may send one of them may upload.
        if (request.Key.Scopes?.Contains(Scopes.MessagesAck) is not true)
        {
            KeyScopes.Require(request.Key, Scopes.MessagesWrite);
        }

        return JsonBody.Reply(201, await uploads.ReceiveAsync(request.Key, request.AnnouncedLength, body), WireJsonContext.Default.UploadedFile);
    }

    private async Task<Reply> DownloadAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var (id, sha256) = (request.Route.First, request.Route.Second);
        var file = await database.ReadAsync(storage => Find(storage, request.Key, id, sha256));
        return new Reply(200, ReadOnlyMemory<byte>.Empty)
        {
            ContentType = "application/octet-stream",
            Stream = new(
                file.Bytes,
                FileStore.PartBytes,
                (part, buffer) => database.ReadAsync(storage => storage.Files.ReadPart(sha256, part, buffer))),
        };
    }

    /// <summary>A file of a message, or of an archived one: who reads a channel reads its history.</summary>
    private static FileReference Find(StorageSession storage, ApiKeyRecord key, string id, string sha256)
    {
        var (number, createdAt) = storage.Messages.Find(id) is { } living
            ? (living.Channel, living.CreatedAt)
            : storage.Archive.Find(id) ?? throw Refusal.MessageNotFound();
        var channel = storage.Channels.FindByNumber(number) ?? throw Refusal.MessageNotFound();
        storage.RequireAccess(key, channel);
        return storage.Files.Of(createdAt).FirstOrDefault(file => file.Sha256 == sha256)
            ?? throw new ApiException(404, ErrorCodes.FileNotFound, "This message names no file with this sha256.");
    }
}
