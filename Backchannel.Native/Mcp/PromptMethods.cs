using System.Text;
using System.Text.Json;
using Backchannel.Native.JsonRpc;
using Backchannel.Native.Text;

namespace Backchannel.Native.Mcp;

/// <summary>Serves <c>prompts/list</c>, <c>prompts/get</c> and <c>completion/complete</c>.</summary>
/// <param name="make">Makes the prompts, in the order in which they are listed, when they are first asked for.</param>
/// <param name="serverInfo">What results of the stateless version name.</param>
/// <remarks>Used by the read loop alone.</remarks>
internal sealed class PromptMethods(Func<IReadOnlyList<Prompt>> make, Implementation serverInfo)
{
    private IReadOnlyList<Prompt>? made;

    private IReadOnlyList<Prompt> Prompts => made ??= make();

    /// <exception cref="JsonRpcException">A cursor was given.</exception>
    public JsonRpcReply List(in RequestParams requestParams, ProtocolVersion version) =>
        requestParams.Find("cursor").IsAbsentOrNull
            ? JsonRpcReply.Now(Result(version, json => WriteList(json, version)))
            : throw McpErrors.UnknownCursor();

    /// <exception cref="JsonRpcException">There is no such prompt, or an argument is missing or wrong.</exception>
    public JsonRpcReply Get(in RequestParams requestParams, ProtocolVersion version)
    {
        var prompt = Find(requestParams.Name);
        var given = requestParams.Arguments;
        if (!given.IsObject && !given.IsAbsentOrNull)
        {
            throw Invalid("The arguments of prompts/get must be an object.");
        }

        var values = new string[prompt.Arguments.Count];
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = Read(given, prompt, prompt.Arguments[index]);
        }

        return JsonRpcReply.Now(Result(version, json => WriteMessage(json, prompt, values)));
    }

    /// <exception cref="JsonRpcException">The request names no prompt of this server, or is malformed.</exception>
    public JsonRpcReply Complete(in RequestParams requestParams, ProtocolVersion version)
    {
        var reference = requestParams.Find("ref");
        var argument = requestParams.Find("argument");
        if (!reference.IsObject || !argument.IsObject)
        {
            throw Invalid("completion/complete needs the objects ref and argument.");
        }

        if (JsonMember.Find(reference.Value, "type").Text is not "ref/prompt")
        {
            throw Invalid("The ref of completion/complete must be a ref/prompt: this server has nothing else to complete.");
        }

        var prompt = Find(JsonMember.Find(reference.Value, "name"));
        var name = JsonMember.Find(argument.Value, "name");
        var typed = JsonMember.Find(argument.Value, "value");
        if (!name.IsString || !typed.IsString)
        {
            throw Invalid("The argument of completion/complete needs the strings name and value.");
        }

        var (argumentName, text) = (name.Text, typed.Text);
        var source = prompt.Arguments.FirstOrDefault(argument => argument.Name == argumentName)?.CompleteAsync;

        // A person who types an emoji may have typed half of it, which is no text: nothing begins like that.
        return source is null || text is null
            ? JsonRpcReply.Now(Result(version, Completion.None.Write))
            : JsonRpcReply.Later(async request => Result(version, (await source(text, request.Cancelled)).Write));
    }

    private Prompt Find(JsonMember member)
    {
        var name = member.Text ?? throw Invalid("The string name, which says which prompt is meant, is missing.");
        return Prompts.FirstOrDefault(prompt => prompt.Name == name) ?? throw Invalid($"Unknown prompt: {Excerpt.Of(name)}");
    }

    private static string Read(JsonMember given, Prompt prompt, PromptArgument argument)
    {
        var member = given.IsObject ? JsonMember.Find(given.Value, argument.Name) : default;
        if (member.IsAbsentOrNull)
        {
            throw Missing(prompt, argument);
        }

        if (!member.IsString)
        {
            throw Invalid($"The argument {argument.Name} of {prompt.Name} must be a string.");
        }

        var text = member.Text?.Trim() ?? throw Invalid($"The argument {argument.Name} of {prompt.Name} is no text: it holds half of a surrogate pair.");
        var bytes = Encoding.UTF8.GetByteCount(text);
        return bytes == 0 ? throw Missing(prompt, argument)
            : bytes > argument.MaxBytes ? throw Invalid($"The argument {argument.Name} of {prompt.Name} has {bytes} bytes; at most {argument.MaxBytes} are allowed.")
            : text;
    }

    private static JsonRpcException Missing(Prompt prompt, PromptArgument argument) =>
        Invalid($"The argument {argument.Name} of {prompt.Name} is missing: {argument.Description}");

    private static JsonRpcException Invalid(string message) => new(JsonRpcErrorCode.InvalidParams, message);

    private void WriteList(Utf8JsonWriter json, ProtocolVersion version)
    {
        json.WriteStartArray("prompts"u8);
        foreach (var prompt in Prompts)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, prompt.Name);
            if (version.HasTitles())
            {
                json.WriteString("title"u8, prompt.Title);
            }

            json.WriteString("description"u8, prompt.Description);
            json.WriteStartArray("arguments"u8);
            foreach (var argument in prompt.Arguments)
            {
                json.WriteStartObject();
                json.WriteString("name"u8, argument.Name);
                json.WriteString("description"u8, argument.Description);
                json.WriteBoolean("required"u8, true);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (version.IsModern())
        {
            ResultMeta.WriteCaching(json);
        }
    }

    private static void WriteMessage(Utf8JsonWriter json, Prompt prompt, IReadOnlyList<string> values)
    {
        json.WriteString("description"u8, prompt.Description);
        json.WriteStartArray("messages"u8);
        json.WriteStartObject();
        json.WriteString("role"u8, "user"u8);
        json.WriteStartObject("content"u8);
        json.WriteString("type"u8, "text"u8);
        json.WriteString("text"u8, prompt.Fill(values));
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private ReadOnlyMemory<byte> Result(ProtocolVersion version, Action<Utf8JsonWriter> writeMembers) =>
        ReadableJson.Write(json =>
        {
            json.WriteStartObject();
            writeMembers(json);
            if (version.IsModern())
            {
                ResultMeta.Write(json, serverInfo);
            }

            json.WriteEndObject();
        });
}
