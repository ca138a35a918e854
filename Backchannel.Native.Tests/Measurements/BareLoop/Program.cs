// Reads a line and writes one fixed answer: about the least that a native .NET program can do as a server on stdio.
var input = Console.OpenStandardInput();
var output = Console.OpenStandardOutput();
var buffer = new byte[64 * 1024];
var length = 0;
while (input.Read(buffer, length, buffer.Length - length) is > 0 and var read)
{
    length += read;
    if (buffer[length - 1] == (byte)'\n')
    {
        output.Write("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n"u8);
        length = 0;
    }
}
