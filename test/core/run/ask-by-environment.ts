// A program that knows nothing of Latchkey: the official clients, with nothing configured but the environment.
import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import OpenAI from 'openai'

const messages = [{ role: 'user' as const, content: 'hi' }]
const chat = await new OpenAI().chat.completions.create({ model: 'gpt-test', messages })
const message = await new Anthropic().messages.create({ model: 'claude-test', max_tokens: 64, messages })
const generated = await new GoogleGenAI({}).models.generateContent({ model: 'gemini-test', contents: 'hi' })

const said = [
  chat.choices[0]?.message.content,
  message.content.map((part) => (part.type === 'text' ? part.text : '')).join(''),
  generated.text,
]
process.stdout.write(JSON.stringify({ said, env: process.env }))
