import { Problem, resultOf, type DocumentType } from '@evenkeel/client';
import { backend, type Outcome } from './backend.js';
import { Field, Form, text } from './form.js';
import { useLoaded } from './loaded.js';
import { Note } from './note.js';

const TYPES: Record<DocumentType, string> = {
  license: 'Licence', diploma: 'Diploma', insurance: 'Insurance', certification: 'Certification', other: 'Another document',
};
const KINDS = ['application/pdf', 'image/jpeg', 'image/png'] as const;
const readVerification = () => backend.rpc('my_verification');

/** For specialists and who wants to be one. */
export function Documents() {
  const { data: verification, problem, reload } = useLoaded(readVerification);
  if (!verification) return <Note outcome={problem} />;
  const { status, missing } = verification;
  return (
    <Form title="Your documents" button="Upload" onSubmit={async (form) => {
      const outcome = await handIn(form);
      await reload();
      return outcome;
    }}>
      <p>You are {status}. {missing.length > 0 && `Missing: ${missing.map((type) => TYPES[type]).join(', ')}.`}</p>
      <label>Kind<select name="type">{Object.entries(TYPES).map(([type, name]) => <option key={type} value={type}>{name}</option>)}</select></label>
      <Field label="Number" name="number" />
      <Field label="Authority" name="authority" />
      <Field label="Last day" name="expiry" type="date" />
      <Field label="File" name="file" type="file" />
    </Form>
  );
}

/** The row comes first, and says where the file goes: nothing else may be uploaded. */
async function handIn(form: FormData): Promise<Outcome> {
  const file = form.get('file');
  const kind = KINDS.find((one) => file instanceof File && file.type === one);
  if (!(file instanceof File) || !kind) return new Problem({ code: 'file_type', status: 0, detail: 'Choose a PDF, a JPEG or a PNG, please.' });
  const { data: document, error } = await backend.rpc('submit_document', {
    p_type: text(form, 'type') as DocumentType,
    p_document_number: text(form, 'number'),
    p_issuing_authority: text(form, 'authority'),
    p_expiry_date: text(form, 'expiry') || null,
    p_file_hash: await digestOf(file),
    p_mime_type: kind,
    p_file_size: file.size,
  });
  if (error) return error;
  const bucket = backend.supabase.storage.from('specialist-documents');
  const { error: notStored } = await resultOf(bucket.upload(document.file_path, file, { contentType: kind, upsert: true }));
  return notStored ?? 'Uploaded. You are mailed what becomes of it.';
}

/** SHA-256 in hex. */
async function digestOf(file: File): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
